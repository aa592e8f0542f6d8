// The table of everything that may be pending: one record per timer, handle, request and job, under its async id.
//
// Nothing is written when something happens. There is no destroy hook either (it quadruples the price of a promise): what is
// over is found by looking at the resource, at marks and whenever the table has doubled, so memory follows what is alive.
'use strict';

const kinds = require('./kinds.cjs');
const { now } = require('./clock.cjs');

const FIRST_SWEEP = 512;
const FEW = 64;

class Record {
  constructor(asyncId, kind, type, resource, from, step) {
    this.id = 0; // given when it is first sent
    this.asyncId = asyncId;
    this.kind = kind;
    this.type = type;
    this.resource = resource;
    this.from = from; // the context it was made in
    this.step = step; // its own; null: over budget
    this.at = now();
    this.ran = 0; // a timer: when its callback last started
    this.of = null;
    this.sent = null; // the facts as last written
    this.key = 0; // a timer: what its due time was computed from
    this.handle = null;
  }
}

// What only handles need.
class Handle {
  constructor(root) {
    this.requests = 0;
    this.use = root;
    this.http = null;
    this.peer = null;
    this.local = null;
    this.fd = -1;
    this.ino = null;
    this.opened = false;
    this.session = null; // of HTTP/2, which reads and writes on its own
    this.answered = 0; // bytes that had been written when something was read last
    this.layer = null; // a socket: the TLSWRAP on it
    this.base = null; // a layer: its socket
    this.ends = []; // a child process: the pipes to it; a worker: the ports
  }
}

const table = new Map();
let sessions = []; // of HTTP/2, weakly
const byResource = new WeakMap(); // handles only: node gives a reused one a new async id
let highest = 0;
let sweepAt = FIRST_SWEEP;
let lastId = 0;
let waiting = 0; // records that a `before` tells something of
let ended = [];

function newId() {
  return ++lastId;
}

// A `before` ends the one-shots, tells when a timer ran, and that something came in on a connection.
function hasBefore(kind) {
  return kind <= kinds.SOCKET || (kind >= kinds.REQUEST && kind <= kinds.CRYPTO) || kind === kinds.LAYER;
}

function add(record, isOver) {
  if (table.size >= sweepAt) sweep(isOver);
  if (hasBefore(record.kind)) waiting++;
  table.set(record.asyncId, record);
  highest = record.asyncId;
  if (record.kind >= kinds.WORKER || (record.kind >= kinds.SOCKET && record.kind <= kinds.UDP)) {
    record.handle = new Handle(record.from.root);
    byResource.set(record.resource, record);
    if (record.kind === kinds.LAYER) record.resource = new WeakRef(record.resource);
  } else if (record.kind === kinds.ZLIB) record.resource = new WeakRef(record.resource);
}

function sweep(isOver) {
  for (const record of table.values()) if (isOver(record)) finish(record, record.ran || now());
  sweepAt = Math.max(FIRST_SWEEP, table.size * 2);
}

function finish(record, at) {
  table.delete(record.asyncId);
  if (hasBefore(record.kind)) waiting--;
  if (record.step !== null) record.step.isWanted = false;
  if (record.id !== 0) ended.push([record.id, at]);
  if (record.of !== null && record.kind === kinds.REQUEST) record.of.handle.requests--;
}

// A pending item that went and may come again under a new id: a compression stream.
function retire(record, at) {
  if (record.id !== 0) ended.push([record.id, at]);
  record.id = 0;
  record.sent = null;
}

// The keep-alive agent hands a socket to its next request.
function reuse(record, asyncId, root) {
  table.delete(record.asyncId);
  record.asyncId = asyncId;
  record.handle.use = root;
  table.set(asyncId, record);
  highest = asyncId;
}

// The before hook: what runs is not waited for any more. Returns whether it was of use. Promises are newer than nearly
// every record, so they leave at once.
function before(asyncId, root) {
  if (asyncId > highest) return false;
  const record = table.get(asyncId);
  if (record === undefined || !hasBefore(record.kind)) return false;
  const { kind } = record;
  if (kind === kinds.TIMER) record.ran = now();
  else if (kind === kinds.SOCKET) heard(record, record.resource, root);
  else if (kind === kinds.LAYER) heard(record, record.resource.deref()?._parent, root);
  else finish(record, record.id === 0 ? 0 : now());
  return true;
}

// What was written before is answered, or at least not the last word.
function heard(record, socket, root) {
  record.handle.use = root;
  const written = socket?.bytesWritten;
  if (typeof written === 'number') record.handle.answered = written;
}

function addSession(resource) {
  sessions.push(new WeakRef(resource));
}

// Those that are still there.
function liveSessions() {
  sessions = sessions.filter((session) => session.deref() !== undefined);
  return sessions.map((session) => session.deref());
}

// Is there anything that a `before` would tell about? Looks again while that is cheap.
function waitsForBefore(isOver) {
  if (waiting > 0 && table.size < FEW) sweep(isOver);
  return waiting > 0;
}

function takeEnded() {
  const taken = ended;
  ended = [];
  return taken;
}

// The record that stands for a handle on the wire: of a TLS layer it is the socket below.
function visible(record) {
  return record.kind === kinds.LAYER && record.handle.base !== null ? record.handle.base : record;
}

module.exports = { Record, addSession, liveSessions, table, byResource, newId, add, finish, retire, reuse, before, waitsForBefore, hasBefore, takeEnded, visible };
