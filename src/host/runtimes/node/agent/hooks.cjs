// The async_hooks: init, before, promiseResolve. The hot path of the handler; nothing here may throw into it.
//
// Promises come first and leave at once. Everything else gets a record, and, while the invocation's budget lasts, a stack.
'use strict';

const { createHook, executionAsyncId } = require('node:async_hooks');
const kinds = require('./kinds.cjs');
const records = require('./records.cjs');
const promises = require('./promises.cjs');
const context = require('./context.cjs');
const site = require('./site.cjs');
const alive = require('./alive.cjs');

const HANDLE_STACKS = 20000; // per invocation
const TICK_STACKS = 4000;
const TICK_DEPTH = 20;

let muted = 0;
let handleStacks = HANDLE_STACKS;
let tickStacks = TICK_STACKS;
let isRuntime = false; // what is muted is made by loopcheck's runtime, not by the agent
let theirs = []; // that
let child = null; // the PROCESSWRAP made last: the pipes made before its process runs are its stdio
let worker = null; // the WORKER made last: the ports that its constructor makes are its own
let generation = 0; // of budgets
let failed = null;

function init(asyncId, type, trigger, resource) {
  if (muted !== 0) {
    if (isRuntime && type !== 'PROMISE' && type !== 'TickObject') theirs.push(new WeakRef(resource));
    return;
  }
  try {
    if (type === 'PROMISE') {
      const running = executionAsyncId();
      const from = context.here(running);
      context.inherit(asyncId, resource, from);
      if (trigger === running) promises.started(asyncId, from, init);
    } else if (type === 'TickObject') tick(asyncId, resource);
    else other(asyncId, type, trigger, resource);
  } catch (error) {
    fail('init', error);
  }
}

// Costs as much as all the rest for a loop of awaits, so it is on only while there is something to wait for.
const IDLE = 1024;
let isEnding = false;
let misses = 0;

function before(asyncId) {
  try {
    if (records.before(asyncId, context.root())) misses = 0;
    else if (++misses > IDLE) {
      misses = 0;
      if (records.waitsForBefore(alive.isOver)) return;
      isEnding = false;
      ends.disable();
    }
  } catch (error) {
    fail('before', error);
  }
}

function promiseResolve(asyncId) {
  try {
    promises.resolved(asyncId);
  } catch (error) {
    fail('promiseResolve', error);
  }
}

// A tick's stack is what leads from listen(), http.get() and most clients back to the handler's line. Most ticks of streams
// make nothing: after some tries in an invocation, their callbacks are looked at only now and then.
const TRIES = 24;
const SAMPLE = 64;
const ticks = new WeakMap();

class TickCost {
  constructor() {
    this.generation = 0;
    this.taken = 0;
    this.useful = 0; // records made in it, or in ticks of it
    this.skipped = 0;
  }
}

function wanted(callback) {
  if (typeof callback !== 'function') return null;
  let cost = ticks.get(callback);
  if (cost === undefined) ticks.set(callback, (cost = new TickCost()));
  if (cost.generation !== generation) {
    cost.generation = generation;
    cost.taken = cost.useful = 0;
  }
  if (cost.taken < TRIES || cost.useful * 4 >= cost.taken || ++cost.skipped % SAMPLE === 0) {
    cost.taken++;
    return cost;
  }
  return null;
}

function tick(asyncId, resource) {
  const from = context.here(executionAsyncId());
  const cost = tickStacks > 0 ? wanted(resource.callback) : null;
  if (cost === null) {
    context.inherit(asyncId, resource, from);
    return;
  }
  tickStacks--;
  context.stamp(asyncId, resource, context.step(from, site.grab(TICK_DEPTH, init), cost, false));
}

function other(asyncId, type, trigger, resource) {
  const kind = kinds.kindOf(type, resource);
  const from = context.here(executionAsyncId());
  if (kind === kinds.STEP || kind === kinds.HTTP) {
    context.inherit(asyncId, resource, from);
    if (kind === kinds.HTTP) remember(resource);
    else if (type === 'HTTP2SESSION') records.addSession(resource);
    return;
  }
  if (resource.constructor?.name === 'ReusedHandle') {
    const record = records.byResource.get(resource.handle);
    if (record !== undefined) {
      records.reuse(record, asyncId, from.root);
      context.stamp(asyncId, resource.handle, from);
    }
    context.inherit(asyncId, resource, from);
    return;
  }
  if (kind > kinds.IMMEDIATE) context.credit(from); // timers mostly name the line that made them themselves
  let step = null;
  if (kind !== kinds.LAYER && handleStacks > 0) {
    handleStacks--;
    step = context.step(from, site.grab(kinds.DEPTHS[kind], init), null, true);
    context.stamp(asyncId, resource, step);
  } else context.inherit(asyncId, resource, from);
  const record = new records.Record(asyncId, kind, type, resource, from, step);
  if (kind === kinds.REQUEST) {
    // Not on a handle of libuv's: a stream of HTTP/2, or the agent's own.
    if (!belongs(record, trigger, resource)) return;
  } else if (kind === kinds.CHILD) child = record;
  else if (child !== null && type === 'PIPEWRAP' && child.resource.pid === undefined) {
    record.of = child;
    child.handle.ends.push(record);
  } else if (kind === kinds.WORKER) worker = record;
  else if (kind === kinds.PORT && worker !== null && step !== null && context.seenOf(step).nodes.includes('Worker')) {
    record.of = worker;
    worker.handle.ends.push(record);
  }
  records.add(record, alive.isOver);
  if (!isEnding && records.hasBefore(kind)) {
    isEnding = true;
    ends.enable();
  }
}

function isStandard(fd) {
  return fd >= 0 && fd <= 2;
}

// A request is triggered by its handle.
function belongs(record, trigger, resource) {
  const handle = records.byResource.get(resource.handle) || records.table.get(trigger);
  if (handle === undefined || handle.handle === null) return false;
  if (handle.kind === kinds.SOCKET && isStandard(handle.resource.fd)) return false; // output that nobody has read yet
  record.of = handle;
  handle.handle.requests++;
  handle.handle.use = record.from.root;
  if (record.type === 'PIPECONNECTWRAP') handle.handle.peer = String(resource.address);
  else if (record.type === 'TCPCONNECTWRAP' && resource.address !== undefined) {
    const host = String(resource.address);
    handle.handle.peer = host.includes(':') ? `[${host}]:${resource.port}` : `${host}:${resource.port}`;
  }
  return true;
}

// A request of node:http begins to use its socket.
function remember(resource) {
  const request = resource.req;
  const record = records.byResource.get(request?.socket?._handle);
  if (record !== undefined && typeof request.method === 'string' && typeof request.host === 'string') {
    record.handle.http = `${request.method} ${request.host}`;
  }
}

const hook = createHook({ init, promiseResolve });
const ends = createHook({ before });

// An error of our own: off, for good. What the handler does must not depend on us.
function fail(where, error) {
  muted = Infinity;
  hook.disable();
  ends.disable();
  failed?.(where, error);
  failed = null;
}

// What `body` makes is not tracked.
function mute(body) {
  muted++;
  try {
    return body();
  } finally {
    muted--;
  }
}

// The same for the runtime's own things, which libuv will list.
function muteRuntime(body) {
  const was = isRuntime;
  isRuntime = true;
  try {
    return mute(body);
  } finally {
    isRuntime = was;
  }
}

// The runtime's handles and timers that still hold the loop.
function runtimeHandles() {
  theirs = theirs.filter((ref) => {
    const resource = ref.deref();
    return resource !== undefined && resource._destroyed !== true && typeof resource.hasRef === 'function' && resource.hasRef() !== undefined;
  });
  return theirs.map((ref) => ref.deref());
}

function start(onFailure) {
  failed = onFailure;
  hook.enable();
}

function refill() {
  handleStacks = HANDLE_STACKS;
  tickStacks = TICK_STACKS;
  generation++;
  promises.refill();
}

module.exports = { start, fail, mute, muteRuntime, runtimeHandles, refill };
