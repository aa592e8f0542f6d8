// Watches AWS' own runtime client (npm aws-lambda-ric 3 and 4) while it runs a handler, and tells the agent
// what the mini runtime would have told it: when an invocation begins, completes, and lets go of the process.
//
// The client's native half has three functions, next, done and error: wrapping them gives those moments
// exactly. How the handler completed is read from the client's listener for the empty event loop, which it
// keeps under a global symbol, and from who is on the stack when it posts. The client itself is not changed.
'use strict';

const http = require('http');
const path = require('path');
const { pathToFileURL } = require('url');

const BEFORE_EXIT = Symbol.for('aws.lambda.beforeExit');
const REQUEST_ID = 'lambda-runtime-aws-request-id';
const STREAMED = /^\/2018-06-01\/runtime\/invocation\/[^/]+\/response$/;
const STACK = 200;

/** Where the client's files are, once its native half was loaded: as a path and as a URL. */
let home = [];
/** The listener that the client of Node.js 22 and before sets first: it does nothing. */
let idle;
let invocations = 0;
let current;

/** Our agent; it is still loading when it loads us. */
function agent() {
  return require('./agent.cjs');
}

/** Runs `action`, an observation that must not disturb the client. */
function observe(action) {
  try {
    return action();
  } catch (error) {
    agent().fault('ric', error);
    return undefined;
  }
}

function watchNativeHalf() {
  const { dlopen } = process;
  process.dlopen = function watched(module, file, ...rest) {
    const result = Reflect.apply(dlopen, this, [module, file, ...rest]);
    if (path.basename(String(file)) === 'rapid-client.node') {
      if (process.dlopen === watched) process.dlopen = dlopen;
      observe(() => {
        const folder = path.dirname(String(file)) + path.sep;
        home = [folder, pathToFileURL(folder).href];
        wrap(module.exports);
      });
    }
    return result;
  };
}

function wrap(native) {
  const { next, done, error } = native;
  const ask = (args) => {
    observe(beforeNext);
    return agent().mute(() => Reflect.apply(next, native, args).then((event) => {
      observe(() => begin(event.headers[REQUEST_ID]));
      return event;
    }));
  };
  native.next = (...args) => {
    if (!isPosting()) return ask(args);
    return agent().mute(() => new Promise((resolve, reject) => {
      whenPosted(() => ask(args).then(resolve, reject));
    }));
  };
  native.done = (...args) => {
    observe(() => complete(modeOfAnswer));
    return Reflect.apply(done, native, args);
  };
  native.error = (...args) => {
    observe(() => complete(modeOfError));
    return Reflect.apply(error, native, args);
  };
}

function beforeNext() {
  if (current === undefined) {
    agent().ready();
    return;
  }
  // A stream has no call of its own that says it is complete.
  if (current.streaming) tell(playsOld() ? 'stream-wait' : 'stream-24');
  agent().freeze({ req: current.req });
}

function begin(req) {
  invocations += 1;
  current = { req, told: false, streaming: false, post: undefined, step: 'running' };
  agent().begin({ req, inv: invocations });
}

/** Only the client of Node.js 22 and before waits for the empty loop. */
function playsOld() {
  return idle !== undefined;
}

function tell(mode) {
  if (current.told) return;
  current.told = true;
  agent().respond({ req: current.req, mode });
}

/** In a wait mode the loop has to be looked at again once it turned. */
function tellAndLookAgain(mode) {
  const { req } = current;
  tell(mode);
  whenPosted(() => agent().mute(() => setImmediate(() => agent().turn({ req }))));
}

/** Whether a streamed response is still on its way. */
function isPosting() {
  return current !== undefined && current.post !== undefined;
}

/** Does `action` once the streamed response is out. After an error the client does not wait for that: it would ask for
 * the next event on a second connection, and as telling takes the time of its JavaScript, ask too early. */
function whenPosted(action) {
  // Its socket is at rest one turn later.
  if (isPosting()) agent().mute(() => current.post.once('close', () => setImmediate(action)));
  else action();
}

function complete(modeOf) {
  if (current === undefined || current.told) return;
  const mode = playsOld() ? modeOf(callers()) : 'async-24';
  if (mode !== undefined) tell(mode);
}

function modeOfAnswer(frames) {
  if (current.step === 'running') return 'implicit';
  return frames.callback ? 'callback-nowait' : direct(frames);
}

/** An error that nobody caught ends the process: that is no completion. */
function modeOfError(frames) {
  if (frames.uncaught) return undefined;
  return frames.callback ? 'callback-error' : direct(frames);
}

/** `context.done` and its friends are also what the client gives to a promise. */
function direct(frames) {
  return frames.promise ? 'async' : 'done';
}

/** Who made the client post: the client's functions on top of the stack, and what called them. */
function callers() {
  const frames = callSites().filter((site) => !site.isAsync());
  const names = [];
  let index = frames.findIndex(isClient);
  while (index >= 0 && index < frames.length && isClient(frames[index])) {
    names.push(frames[index].getFunctionName());
    index += 1;
  }
  const caller = frames[index];
  const callerName = caller && caller.getFunctionName();
  const below = frames[index + 1];
  return {
    callback: names.includes('callback'),
    promise: caller === undefined || /processTicksAndRejections|runMicrotasks|runNextTicks/.test(callerName),
    uncaught: /(^|\.)emit$/.test(callerName || '') && Boolean(below)
      && String(below.getFileName()).startsWith('node:internal/process/'),
  };
}

function isClient(site) {
  const file = site.getFileName() || '';
  return home.some((folder) => file.startsWith(folder));
}

/** Our own stack; empty if the handler's program does not let anybody look. */
function callSites() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  try {
    Error.stackTraceLimit = STACK;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, callSites);
    const sites = holder.stack;
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
    return Array.isArray(sites) ? sites : [];
  } catch {
    return [];
  }
}

/** Sees every listener the client sets for the empty loop. */
function watchListener() {
  let listener;
  Object.defineProperty(globalThis, BEFORE_EXIT, {
    configurable: true,
    enumerable: true,
    get: () => listener,
    set(value) {
      listener = value;
      observe(() => heard(value));
    },
  });
  process.on('beforeExit', () => observe(() => agent().empty({ req: current && current.req })));
}

/** The client puts the idle listener back when it completes, and a new one if the completion has to wait. */
function heard(listener) {
  if (idle === undefined) {
    idle = listener;
    agent().watchRejections();
  } else if (current === undefined || current.told) {
    // Nothing to learn: before the first event, or already told.
  } else if (listener === idle) {
    current.step = 'completing';
    if (current.streaming) tellUnlessItWaits();
  } else if (current.step === 'completing') {
    tellAndLookAgain(current.streaming ? 'stream-wait' : 'callback-wait');
  }
}

/** Whether a finished stream waits shows in the same call: a listener is set, or the next event is asked for. */
function tellUnlessItWaits() {
  const completing = current;
  agent().mute(() => queueMicrotask(() => observe(() => {
    if (current === completing) tell('stream-nowait');
  })));
}

/** A streamed response is a request to the Runtime API: the client's own, and the sign that it streams. */
function watchStreams() {
  const { request } = http;
  http.request = function (...args) {
    const [options] = args;
    if (!isStreamedResponse(options)) return Reflect.apply(request, this, args);
    const post = agent().mute(() => Reflect.apply(request, this, args));
    if (current !== undefined) observe(() => follow(current, post));
    return post;
  };
}

function follow(invocation, post) {
  invocation.streaming = true;
  invocation.post = post;
  agent().mute(() => post.once('close', () => {
    invocation.post = undefined;
  }));
}

function isStreamedResponse(options) {
  return Boolean(options) && options.method === 'POST' && STREAMED.test(options.path)
    && `${options.hostname}:${options.port}` === process.env.AWS_LAMBDA_RUNTIME_API;
}

watchNativeHalf();
watchListener();
watchStreams();
