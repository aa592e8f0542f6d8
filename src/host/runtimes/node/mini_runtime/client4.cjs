// Plays AWS' client of Node.js 24 (npm aws-lambda-ric 4): a handler returns or awaits, nothing waits for
// the event loop, and an error nobody caught ends the process the way Node does it.
'use strict';

const agent = require('./agent.cjs');
const api = require('./api.cjs');
const { build4 } = require('./lambda-context.cjs');
const errors = require('./errors.cjs');
const { describe4 } = errors;
const stream = require('./stream.cjs');

const DEPRECATED = 'ERROR: AWS Lambda has removed support for callback-based function handlers starting with '
  + 'Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or '
  + 'later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Runs the handler that `load` promises, for ever; `within` runs one invocation. */
function start(load, within) {
  const state = { req: undefined };
  process.on('beforeExit', () => agent.empty({ req: state.req }));
  load().then(refuseCallbacks).then(
    (target) => {
      agent.ready();
      iterate({ ...target, state, within });
    },
    (error) => {
      // Before it is told: nobody may let us live for long after that.
      errors.log('Init Error', error);
      api.initError(describe4(error));
      process.exit(1);
    },
  );
}

function refuseCallbacks(target) {
  if (target.handler.length >= 3 && !target.streaming) throw new errors.CallbackHandlerDeprecated(DEPRECATED);
  return target;
}

function iterate(target) {
  api.next().then((event) => {
    target.state.req = event.req;
    const context = build4(event);
    const payload = JSON.parse(event.body);
    agent.begin({ req: event.req, inv: event.inv });
    const handle = target.streaming ? handleStreaming : handleBuffered;
    target.within(event, () => handle(target, payload, context));
  });
}

function proceed(target, req) {
  agent.freeze({ req });
  iterate(target);
}

function handleBuffered(target, payload, context) {
  const req = context.awsRequestId;

  const failed = (error) => api.immediate(() => {
    errors.log('Invoke Error', error);
    agent.respond({ req, mode: 'async-24' });
    api.error(req, describe4(error));
    proceed(target, req);
  });

  const succeeded = (result) => api.immediate(() => {
    let body;
    try {
      body = serialise(result);
    } catch (error) {
      failed(error);
      return;
    }
    agent.respond({ req, mode: 'async-24' });
    api.answer(req, body);
    proceed(target, req);
  });

  let result;
  try {
    result = target.handler(payload, context);
  } catch (error) {
    failed(error);
    return;
  }
  Promise.resolve(result).then(succeeded, failed);
}

function handleStreaming(target, payload, context) {
  const req = context.awsRequestId;
  const { highWaterMark } = target;
  const response = stream.open({ req, client: 4, describe: describe4, highWaterMark });

  const finish = () => {
    agent.respond({ req, mode: 'stream-24' });
    proceed(target, req);
  };

  const failed = (error) => api.immediate(() => {
    errors.log('Invoke Error', error);
    response.fail(error, finish);
  });

  let result;
  try {
    result = target.handler(payload, response.stream, context);
  } catch (error) {
    failed(error);
    return;
  }
  if (typeof result !== 'object' || result === null || typeof result.then !== 'function') {
    failed(new Error('Streaming does not support non-async handlers.'));
    return;
  }
  Promise.resolve(result)
    .then((value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      return response.done;
    })
    .then(finish, failed);
}

function serialise(result) {
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw new errors.JSONStringifyError();
  }
  // What JSON has no word for (a function, a symbol) is refused by the native half of AWS' client.
  if (body === undefined) throw new TypeError('Wrong arguments');
  return body;
}

module.exports = { start };
