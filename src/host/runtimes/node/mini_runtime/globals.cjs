// The `awslambda` global that Lambda gives to handlers: response streaming, and the invocation's ids.
'use strict';

const { HIGH_WATER_MARK, STREAMING } = require('./load.cjs');

const INTEGRATION_RESPONSE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = 8;

/** Puts the HTTP status and headers in front of the streamed body, as JSON. */
class HttpResponseStream {
  static from(stream, metadata) {
    stream.setContentType(INTEGRATION_RESPONSE);
    const prelude = JSON.stringify(metadata);
    stream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(new Uint8Array(PRELUDE_END));
    };
    return stream;
  }
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = 'response';
  if (options && typeof options.highWaterMark === 'number') {
    handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
  }
  return handler;
}

/** What `@aws/lambda-invoke-store` looks for before it makes a store of its own (Node.js 24). */
class InvokeStore {
  #context;

  static keys = {
    request: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
    trace: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
    tenant: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
  };

  getContext() {
    return this.#context;
  }

  hasContext() {
    return this.#context !== undefined;
  }

  get(key) {
    return this.#context === undefined ? undefined : this.#context[key];
  }

  set(key, value) {
    if (this.isProtectedKey(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    this.#context = this.#context || {};
    this.#context[key] = value;
  }

  run(context, action) {
    this.#context = context;
    return action();
  }

  isProtectedKey(key) {
    return Object.values(InvokeStore.keys).includes(key);
  }

  getRequestId() {
    return this.get(InvokeStore.keys.request) || '-';
  }

  getXRayTraceId() {
    return this.get(InvokeStore.keys.trace);
  }

  getTenantId() {
    return this.get(InvokeStore.keys.tenant);
  }
}

/** Installs the global; returns how to run a handler inside the store. */
function install(client) {
  const refused = ['1', 'true'].includes(process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA);
  const store = new InvokeStore();
  if (!refused) {
    globalThis.awslambda = { ...globalThis.awslambda, streamifyResponse, HttpResponseStream };
    if (client === 4 && !globalThis.awslambda.InvokeStore) globalThis.awslambda.InvokeStore = store;
  }
  if (console.fatal === undefined) console.fatal = (...args) => console.error(...args);
  const { request, trace } = InvokeStore.keys;
  return (event, action) => store.run({ [request]: event.req, [trace]: event.trace }, action);
}

module.exports = { install };
