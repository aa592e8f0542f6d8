// Plays AWS' client of Node.js 22 and before (npm aws-lambda-ric 3): callbacks, `context.done`, promises,
// and the wait for an empty event loop. Also what becomes of errors nobody caught.
//
// An event may say how its invocation is to complete (`completes`), whichever way the handler takes: that is how
// loopcheck tries what it has predicted.
//
// The listener for the empty loop lives under the same global symbol as AWS', because libraries look there.
'use strict';

const agent = require('./agent.cjs');
const api = require('./api.cjs');
const { attach3 } = require('./lambda-context.cjs');
const errors = require('./errors.cjs');
const { describe3 } = errors;
const stream = require('./stream.cjs');

const BEFORE_EXIT = Symbol.for('aws.lambda.beforeExit');
const EXIT_AFTER_EXCEPTION = 129;
const EXIT_AFTER_REJECTION = 128;
/** Node's own code for an ES module that still awaits when nothing is left to wait for. */
const EXIT_UNSETTLED_AWAIT = 13;

const nothing = () => {};

/** Runs the handler that `load` promises, for ever. */
function start(load) {
  const state = { req: undefined, loading: true };
  process.on('uncaughtException', (error) => {
    errors.log('Uncaught Exception', error);
    reportUncaught(state, error, EXIT_AFTER_EXCEPTION);
  });
  process.on('unhandledRejection', (reason, promise) => {
    const error = new errors.UnhandledPromiseRejection(reason, promise);
    errors.log('Unhandled Promise Rejection', reason);
    reportUncaught(state, error, EXIT_AFTER_REJECTION);
  });
  agent.watchRejections();
  whenEmpty(nothing);
  process.on('beforeExit', () => {
    agent.empty({ req: state.req });
    if (state.loading) process.exitCode = EXIT_UNSETTLED_AWAIT;
    globalThis[BEFORE_EXIT]();
  });
  load().then(
    (target) => {
      state.loading = false;
      api.immediate(() => {
        agent.ready();
        iterate(state, target);
      });
    },
    // As a top-level await that fails would: through the listener above.
    (error) => process.nextTick(() => {
      throw error;
    }),
  );
}

/** Late errors are blamed on the latest invocation, answered or not; before the first one, on the init. */
function reportUncaught(state, error, exitCode) {
  const body = describe3(error);
  if (state.req === undefined) {
    api.initError(body);
  } else {
    api.error(state.req, body);
  }
  process.exit(exitCode);
}

function whenEmpty(listener) {
  globalThis[BEFORE_EXIT] = listener;
}

function iterate(state, target) {
  const handle = target.streaming ? handleStreaming : handleBuffered;
  api.next().then((event) => handle(state, target, event)).catch((error) => {
    errors.log('Unexpected Top Level Error', error);
    reportUncaught(state, error, EXIT_AFTER_EXCEPTION);
  });
}

/** The end of an invocation: one turn of the loop, then the next event. */
function scheduleNext(state, target, req) {
  api.immediate(() => {
    agent.freeze({ req });
    iterate(state, target);
  });
}

/** In a wait mode the loop has to be looked at again once it turned. */
function lookAgain(req) {
  api.immediate(() => agent.turn({ req }));
}

function handleBuffered(state, target, event) {
  const { req } = event;
  const completion = complete(event, () => scheduleNext(state, target, req));
  try {
    state.req = req;
    whenEmpty(completion.implicit);
    agent.begin({ req, inv: event.inv });
    const { context } = completion;
    const result = target.handler(JSON.parse(event.body), attach3(context, event), completion.callback);
    if (isPromise(result)) {
      const settle = completion.fromPromise(context);
      result.then(settle.succeed, settle.fail).catch(settle.fail);
    }
  } catch (error) {
    completion.callback(error);
  }
}

/** The ways to complete an invocation; the first one taken counts. */
function complete({ req, completes }, proceed) {
  let waits = true;
  let answered = false;
  let finished = false;
  let promised = false;

  function postError(error, mode) {
    errors.log('Invoke Error', error);
    agent.respond({ req, mode });
    api.error(req, describe3(error));
    proceed();
  }

  /** Without a mode the completion has been told already. `after` is what follows the answer. */
  function postResult(result, mode, after = proceed) {
    if (answered) {
      errors.log('Error', 'Invocation has already been reported as done. Cannot complete it more than once.');
      return;
    }
    answered = true;
    const body = serialise(result);
    if (mode) agent.respond({ req, mode });
    api.answer(req, body);
    after();
  }

  function awaitEmpty(result, mode) {
    whenEmpty(() => api.immediate(() => postResult(result)));
    agent.respond({ req, mode });
    lookAgain(req);
  }

  /** The answer is out, and the next event has to wait. */
  function stayAwake() {
    whenEmpty(() => {
      whenEmpty(nothing);
      proceed();
    });
    lookAgain(req);
  }

  /** `usual` is what this way to complete does by itself. */
  function succeed(result, mode, usual) {
    switch (completes || usual) {
      case 'hold-response': return awaitEmpty(result, mode);
      case 'hold-env': return postResult(result, mode, stayAwake);
      default: return postResult(result, mode);
    }
  }

  function callback(error, result) {
    whenEmpty(nothing);
    if (error !== undefined && error !== null) {
      postError(error, 'callback-error');
    } else if (waits) {
      succeed(result, 'callback-wait', 'hold-response');
    } else {
      succeed(result, 'callback-nowait', 'at-once');
    }
  }

  function done(error, result) {
    const mode = promised ? 'async' : 'done';
    whenEmpty(nothing);
    if (error !== undefined && error !== null) {
      postError(error, mode);
    } else {
      succeed(result, mode, 'at-once');
    }
  }

  /** Not finished if it throws: an answer that cannot be serialised leaves room for an error. */
  const first = (action) => (...args) => {
    if (finished) return;
    action(...args);
    finished = true;
  };

  return {
    callback: first(callback),
    context: {
      get callbackWaitsForEmptyEventLoop() {
        return waits;
      },
      set callbackWaitsForEmptyEventLoop(value) {
        waits = value;
      },
      succeed: first((result) => done(null, result)),
      fail: first((error) => (error === undefined || error === null ? done('handled') : done(error, null))),
      done: first(done),
    },
    /** A promise takes the context's methods as the handler left them; we only need to know that it did. */
    fromPromise({ succeed, fail }) {
      const via = (method) => (value) => {
        promised = true;
        try {
          method(value);
        } finally {
          promised = false;
        }
      };
      return { succeed: via(succeed), fail: via(fail) };
    },
    /** Nothing was called and nothing is left that could. */
    implicit() {
      answered = true;
      agent.respond({ req, mode: 'implicit' });
      api.answer(req, 'null');
      proceed();
    },
  };
}

function handleStreaming(state, target, event) {
  const { req } = event;
  let waits = true;
  let told = false;
  const { highWaterMark } = target;
  const response = stream.open({ req, client: 3, describe: describe3, highWaterMark });
  const next = () => scheduleNext(state, target, req);

  function tell(mode) {
    if (told) return;
    told = true;
    agent.respond({ req, mode });
  }

  /** The stream has ended and the handler is through: only now the flag matters. */
  function finish() {
    whenEmpty(nothing);
    if (event.completes ? event.completes === 'at-once' : !waits) {
      tell(waits ? 'stream-wait' : 'stream-nowait');
      next();
      return;
    }
    whenEmpty(() => api.immediate(next));
    tell('stream-wait');
    lookAgain(req);
  }

  function fail(error) {
    errors.log('Invoke Error', error);
    response.fail(error, finish);
  }

  state.req = req;
  // The stream has ended but the handler never will.
  whenEmpty(() => {
    tell('stream-wait');
    next();
  });
  const context = attach3({
    get callbackWaitsForEmptyEventLoop() {
      return waits;
    },
    set callbackWaitsForEmptyEventLoop(value) {
      waits = value;
    },
  }, event);
  let result;
  try {
    agent.begin({ req, inv: event.inv });
    result = target.handler(JSON.parse(event.body), response.stream, context);
  } catch (error) {
    fail(error);
    return;
  }
  if (!isPromise(result)) {
    fail('Streaming does not support non-async handlers.');
    return;
  }
  Promise.resolve(result)
    .then((value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      return response.done;
    })
    .then(finish, fail);
}

function isPromise(value) {
  return Boolean(value) && typeof value.then === 'function';
}

function serialise(result) {
  let body;
  try {
    body = JSON.stringify(result === undefined ? null : result);
  } catch {
    throw new Error('Unable to stringify response body');
  }
  // What JSON has no word for (a function, a symbol) is refused by the native half of AWS' client.
  if (body === undefined) throw new TypeError('Wrong arguments');
  return body;
}

module.exports = { start };
