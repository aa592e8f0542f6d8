// What a handler's `context` says about the function and the invocation, besides how to complete it.
'use strict';

function environment() {
  return {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
}

function invocation(event) {
  const deadline = event.deadlineMs;
  return {
    clientContext: undefined,
    identity: undefined,
    invokedFunctionArn: event.arn,
    awsRequestId: event.req,
    tenantId: undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

/** The trace header travels in the environment, one invocation at a time. */
function forwardTrace(event) {
  if (event.trace) {
    process.env._X_AMZN_TRACE_ID = event.trace;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
}

/** Adds the facts to `target`, as the client of Node.js 22 and before does to its callback context. */
function attach3(target, event) {
  forwardTrace(event);
  return Object.assign(target, environment(), invocation(event));
}

/** The whole context of the Node.js 24 client. */
function build4(event) {
  forwardTrace(event);
  return { ...invocation(event), xRayTraceId: event.trace, ...environment() };
}

module.exports = { attach3, build4 };
