// A mark: everything that is pending at this instant, as a difference to the mark before.
//
// A record is written once as new, later only with the facts that changed, and once when it ended. What came and went
// between two marks is never written.
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const kinds = require('./kinds.cjs');
const records = require('./records.cjs');
const promises = require('./promises.cjs');
const alive = require('./alive.cjs');
const facts = require('./facts.cjs');
const clock = require('./clock.cjs');
const symbols = require('./symbols.cjs');
const site = require('./site.cjs');
const { seenOf, lineOf } = require('./context.cjs');

const TIMER_FUNCTIONS = ['setTimeout', 'setInterval', 'setImmediate'];
const NONE = { frames: [], isUser: false, door: null, nodes: [] };

let bare = 0;

// The folder of AWS' own client, if that runs the handler: as a path and as a URL.
let client = [];

function knowClient(folder) {
  const within = folder + path.sep;
  client = [within, pathToFileURL(within).href];
}

function isRuntime(file) {
  return site.isOurs(file) || client.some((folder) => file.startsWith(folder));
}

function isLibrary(file) {
  return file.includes('/node_modules/') || isRuntime(file);
}

// The ancestors, all of them if the own frames lead only into libraries; else the nearest, for what a bundle hides.
function ancestors(frames, line) {
  return frames.some((frame) => !isLibrary(frame[0])) ? line.slice(0, 1) : line;
}

// Joins what belongs together before anything is judged: layers to sockets, a socket's timeout to the socket.
function join() {
  for (const record of records.table.values()) {
    if (record.kind === kinds.LAYER) joinLayer(record);
    else if (record.kind === kinds.SOCKET) {
      const top = record.handle.layer === null ? record.resource : record.handle.layer;
      const timeout = symbols.get(alive.ownerOf(top), 'timeout');
      if (timeout === null || typeof timeout !== 'object') continue;
      const timer = records.table.get(symbols.get(timeout, 'asyncId'));
      if (timer !== undefined && timer.kind === kinds.TIMER) timer.of = record;
    }
  }
  joinSessions();
}

// HTTP/2 has a session between a socket and its streams.
function joinSessions() {
  for (const resource of records.liveSessions()) {
    const session = alive.ownerOf(resource);
    const record = records.byResource.get(symbols.get(session, 'socket')?._handle);
    if (record !== undefined) records.visible(record).handle.session = session;
  }
}

function joinLayer(record) {
  const layer = record.resource.deref();
  const base = records.byResource.get(layer?._parent);
  if (base === undefined || base.kind !== kinds.SOCKET) return;
  record.handle.base = base;
  base.handle.layer = layer;
  base.handle.http = record.handle.http || base.handle.http;
  base.handle.answered = Math.max(base.handle.answered, record.handle.answered);
  if (record.handle.use.inv > base.handle.use.inv) base.handle.use = record.handle.use;
}

// Standard streams that nobody reads, the private ports of a worker, a worker of Node's at rest, a compression stream at rest.
function isQuiet(record) {
  if (record.kind === kinds.SOCKET) {
    const { fd } = record.resource;
    if (record.of !== null && !alive.isOver(record.of)) return true; // of a child process, and told with it
    return fd >= 0 && fd <= 2 && !alive.isReading(record);
  }
  if (record.kind === kinds.PORT) return record.of !== null;
  // Node's own thread for the hooks of `module.register`, which nobody can end.
  if (record.kind === kinds.WORKER) return record.step !== null && seenOf(record.step).nodes.includes('InternalWorker') && !alive.holds(record);
  if (record.kind === kinds.ZLIB) return record.resource.deref()?.buffer == null;
  return false;
}

// A timer is Node's own if the public function that made it was called by Node, or if none was.
function maker(seen) {
  const { nodes, door } = seen;
  const last = nodes[nodes.length - 1];
  const isPublic = door !== null && /^node:timers/.test(door[0]) && TIMER_FUNCTIONS.includes(last);
  return isPublic && seen.frames.length > 0 ? last : null;
}

function callbackName(record) {
  const callback = record.kind === kinds.TIMER ? record.resource._onTimeout : record.resource._onImmediate;
  if (typeof callback !== 'function') return null;
  // A getter would be the handler's code.
  const name = Object.getOwnPropertyDescriptor(callback, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : null;
}

function idOf(record) {
  if (record.id === 0) record.id = records.newId();
  return record.id;
}

function describe(record, found) {
  const seen = record.step === null ? NONE : seenOf(record.step);
  const { kind } = record;
  const out = { id: idOf(record), k: kinds.NAMES[kind], type: record.type, at: clock.round(record.at), inv: record.from.root.inv };
  let name = null;
  if (kind === kinds.TIMER || kind === kinds.IMMEDIATE) {
    name = callbackName(record);
    const api = maker(seen);
    // AWS' client puts off to the next turn that it asks for the next event.
    const isTheirs = kind === kinds.IMMEDIATE && api !== null && isRuntime(seen.frames[0][0]);
    if (api !== null && !isTheirs) out.api = api;
    else if (record.step !== null) out.internal = true;
  } else if (kind === kinds.JOB || kind === kinds.CRYPTO || kind === kinds.ZLIB) name = kinds.jobName(record.type, kind, seen);
  if (name !== null) out.name = name;
  if (record.of !== null) out.of = idOf(records.visible(record.of));
  out.frames = seen.frames;
  out.anc = ancestors(seen.frames, record.step === null ? lineOf(record.from) : record.step.parentLine);
  out.f = found;
  if (record.step === null) bare++;
  return out;
}

function describeFunction(record) {
  const out = { id: record.id, k: 'async-fn', type: 'PROMISE', at: clock.round(record.at), inv: record.context.root.inv };
  if (record.name !== '') out.name = record.name;
  out.frames = record.line;
  out.anc = ancestors(record.line, lineOf(record.context));
  out.f = { holds: record.holds, ref: null };
  return out;
}

// Timers are many and mostly unchanged: told by two numbers.
function isSame(record) {
  if (record.kind !== kinds.TIMER || record.sent === null) return false;
  return record.key === facts.timerKey(record.resource) && record.sent.ref === record.resource.hasRef();
}

function visit(record, at, out) {
  if (alive.isOver(record)) {
    records.finish(record, record.ran || at);
    return;
  }
  if (record.kind === kinds.LAYER) return;
  if (isQuiet(record)) {
    records.retire(record, at);
    return;
  }
  if (isSame(record)) return;
  const found = facts.of(record);
  if (record.kind === kinds.TIMER) record.key = facts.timerKey(record.resource);
  if (record.sent === null) out.new.push(describe(record, found));
  else {
    const changes = facts.changed(record.sent, found);
    if (changes !== null) out.chg.push([record.id, changes]);
  }
  record.sent = found;
}

function round(ended) {
  return ended.map(([id, at]) => [id, clock.round(at)]);
}

// Our tables are Maps. A handler that replaces what these do makes them tell anything.
const BUILT_IN = [[Map.prototype, ['get', 'set', 'delete', 'values', 'entries']], [WeakMap.prototype, ['get', 'set']], [WeakRef.prototype, ['deref']]];
const ORIGINALS = BUILT_IN.map(([prototype, names]) => names.map((name) => prototype[name]));

function refuseReplaced() {
  for (let i = 0; i < BUILT_IN.length; i++) {
    const [prototype, names] = BUILT_IN[i];
    for (let j = 0; j < names.length; j++) {
      if (prototype[names[j]] !== ORIGINALS[i][j]) throw new Error(`the handler has replaced ${names[j]} of ${prototype[Symbol.toStringTag]}`);
    }
  }
}

// The caller mutes the hooks around this.
function take(mark, { req, seq } = {}) {
  refuseReplaced();
  clock.sample();
  const at = clock.now();
  const out = { t: 'ev', mark, at: clock.round(at), req, seq, new: [], chg: [], end: [], lost: 0, bare: 0 };
  join();
  for (const record of records.table.values()) visit(record, at, out);
  for (const record of promises.unresolved(isRuntime)) {
    if (record.id !== 0) continue;
    record.id = records.newId();
    out.new.push(describeFunction(record));
  }
  out.end = round([...records.takeEnded(), ...promises.takeEnded()]);
  out.lost = promises.lostNow();
  out.bare = bare;
  return out;
}

module.exports = { knowClient, take };
