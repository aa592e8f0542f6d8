// The response stream of `awslambda.streamifyResponse`.
//
// AWS' clients hand out a request to the Runtime API with only its writing side visible. Ours writes to
// the agent's pipe and shows the same members; like that request it keeps the loop alive until it ended.
'use strict';

const { Writable } = require('stream');
const agent = require('./agent.cjs');
const api = require('./api.cjs');
const { InvalidStreamingOperation } = require('./errors.cjs');

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
const FOR_AGES = 0x7fffffff;

const METHODS = [
  'cork', 'uncork', 'write', 'end', 'destroy', 'setContentType',
  'on', 'once', 'off', 'emit', 'addListener', 'removeListener', 'removeAllListeners',
  'prependListener', 'prependOnceListener', 'listeners', 'rawListeners', 'listenerCount',
  'eventNames', 'getMaxListeners', 'setMaxListeners',
];
const READ_ONLY = [
  'writableCorked', 'writableEnded', 'writableFinished', 'writableHighWaterMark', 'writableLength',
  'writableNeedDrain', 'writableObjectMode',
];
const READ_WRITE = ['destroyed', '_onBeforeFirstWrite'];

/** Opens the response of `req`: what the handler gets, when it is done, and how to end it with an error. */
function open({ req, client, describe, highWaterMark }) {
  const alive = agent.mute(() => setInterval(() => {}, FOR_AGES));
  let contentType = DEFAULT_CONTENT_TYPE;
  let started = false;
  let written = false;
  let sent = false;
  let broken = false;
  let failure;

  function start() {
    if (started) return;
    started = true;
    api.streamStart(req, contentType);
  }

  function finish(error) {
    if (sent) return;
    sent = true;
    start();
    api.streamEnd(req, error);
    clearInterval(alive);
  }

  /** The request behind AWS' stream fails then, in a promise that nobody looks at. */
  function cut(error) {
    broken = true;
    if (started) api.streamCut(req);
    clearInterval(alive);
    agent.mute(() => Promise.reject(error));
  }

  function asFailure(error) {
    const body = describe(error);
    return { type: body.errorType, body };
  }

  const inner = new Writable({
    highWaterMark,
    write(chunk, _encoding, done) {
      start();
      api.streamChunk(req, chunk);
      done();
    },
    final(done) {
      finish(failure);
      done();
    },
    destroy(error, done) {
      if (!sent) cut(error || hangUp());
      done(error);
    },
  });

  const done = agent.mute(() => new Promise((resolve, reject) => {
    inner.once('finish', resolve);
    inner.once('error', reject);
  }));
  agent.mute(() => done.catch(() => {}));
  inner.on('error', () => {});

  const write = inner.write.bind(inner);
  const end = inner.end.bind(inner);
  inner.write = (chunk, encoding, callback) => {
    const data = isBytes(chunk, client) ? chunk : JSON.stringify(chunk);
    if (!written && typeof inner._onBeforeFirstWrite === 'function') {
      inner._onBeforeFirstWrite((first) => write(first));
    }
    const more = write(data, encoding, callback);
    written = true;
    return more;
  };
  // The older client drops what follows the first argument.
  if (client === 3) inner.end = (first) => end(first);
  inner.setContentType = (type) => {
    if (written) throw new InvalidStreamingOperation('Cannot set content-type, too late.');
    contentType = type;
  };

  return {
    stream: writableSide(inner, client),
    done,
    /** Ends the response with `error`, unless it has ended already; `after` runs in both cases. */
    fail(error, after) {
      if (broken) return;
      if (!inner.writableEnded) failure = asFailure(error);
      end(after);
    },
  };
}

function hangUp() {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function isBytes(chunk, client) {
  if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) return true;
  if (client === 4) return chunk instanceof Uint8Array;
  return Boolean(chunk) && chunk.constructor === Uint8Array;
}

function writableSide(inner, client) {
  const side = {};
  for (const name of METHODS) side[name] = inner[name].bind(inner);
  const readWrite = client === 3 ? [...READ_WRITE, 'writable'] : READ_WRITE;
  const readOnly = client === 3 ? READ_ONLY : [...READ_ONLY, 'writable'];
  for (const name of readOnly) {
    Object.defineProperty(side, name, { get: () => inner[name] });
  }
  for (const name of readWrite) {
    Object.defineProperty(side, name, {
      get: () => inner[name],
      set: (value) => {
        inner[name] = value;
      },
    });
  }
  return side;
}

module.exports = { open };
