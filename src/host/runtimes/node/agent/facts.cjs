// What the wire says of a record besides where it was made. Addresses and names, never contents: no paths of URLs, no queries.
'use strict';

const { fstatSync } = require('node:fs');
const kinds = require('./kinds.cjs');
const alive = require('./alive.cjs');
const symbols = require('./symbols.cjs');
const clock = require('./clock.cjs');

function address(found) {
  if (typeof found.address !== 'string' || found.port === undefined) return null;
  return found.family === 'IPv6' ? `[${found.address}]:${found.port}` : `${found.address}:${found.port}`;
}

function ask(resource, method) {
  if (typeof resource[method] !== 'function') return null;
  const out = {};
  return resource[method](out) === 0 ? address(out) : null;
}

function inode(handle, fd) {
  if (handle.fd === fd && handle.ino !== null) return handle.ino;
  handle.fd = fd;
  try {
    handle.ino = fstatSync(fd).ino;
  } catch {
    handle.ino = null;
  }
  return handle.ino;
}

function described(record, facts) {
  const { resource, handle } = record;
  const fd = resource.fd;
  if (!(fd >= 0)) return;
  facts.fd = fd;
  const ino = inode(handle, fd);
  if (ino !== null) facts.ino = ino;
  const owner = alive.ownerOf(resource);
  if (handle.local === null) handle.local = ask(resource, 'getsockname') || owner?._pipeName || null;
  if (handle.local !== null) facts.local = handle.local;
}

function request(method, host) {
  return typeof method === 'string' && typeof host === 'string' ? `${method} ${host}` : null;
}

// node:http keeps the request of a socket on it, undici behind the socket's parser or client.
function inFlight(owner) {
  if (owner === null || owner === undefined) return null;
  const message = owner._httpMessage;
  // After an upgrade, to a WebSocket for one, the socket is no longer HTTP's.
  if (message?.upgradeOrConnect === true) return null;
  if (message !== null && message !== undefined) return request(message.method, message.host) || 'response';
  const parser = symbols.get(owner, 'parser');
  const client = symbols.get(owner, 'client') || parser?.client;
  if (client === null || client === undefined) return null;
  const queue = symbols.get(client, 'queue');
  const index = symbols.get(client, 'running index');
  const running = Array.isArray(queue) && typeof index === 'number' ? queue[index] : undefined;
  if (running === null || running === undefined) return null;
  const url = symbols.get(client, 'url');
  return request(running.method, url?.hostname) || 'request';
}

// Whatever the protocol: something was written, and nothing has come back since.
function awaits(record, owner) {
  const { session } = record.handle;
  if (session !== null) return symbols.get(session, 'state')?.streams?.size > 0;
  // One that node:http is done with, idle or upgraded: a WebSocket's messages are not questions.
  if (record.handle.http !== null && owner?._httpMessage === null) return false;
  const isServers = owner?.server !== null && owner?.server !== undefined;
  return !isServers && record.resource.bytesWritten > record.handle.answered;
}

function socket(record, facts) {
  const { resource, handle } = record;
  described(record, facts);
  const top = handle.layer === null ? resource : handle.layer;
  const owner = alive.ownerOf(top) || alive.ownerOf(resource);
  if (handle.peer === null && facts.fd !== undefined) handle.peer = ask(resource, 'getpeername');
  if (handle.peer !== null) facts.peer = handle.peer;
  facts.reading = alive.isReading(record);
  const http = inFlight(owner);
  if (http !== null && http.includes(' ')) handle.http = http;
  if (handle.http !== null) facts.http = handle.http;
  facts.busy =
    handle.requests > 0 || alive.isConnecting(record) || http !== null || owner?.writableLength > 0 || awaits(record, owner);
  facts.rx = resource.bytesRead || 0;
  facts.tx = resource.bytesWritten || 0;
  facts.use = handle.use.inv;
}

function timer(record, facts) {
  const { resource } = record;
  const repeat = typeof resource._repeat === 'number' ? resource._repeat : 0;
  const linked = resource._idleNext !== null && resource._idleNext !== undefined;
  facts.ms = linked ? resource._idleTimeout : repeat || resource._idleTimeout;
  facts.repeat = repeat > 0;
  facts.due = clock.round(linked ? clock.fromLoop(resource._idleStart + resource._idleTimeout) : record.ran + repeat);
}

// Changes when, and only when, a timer is armed anew.
function timerKey(resource) {
  return resource._idleNext === null || resource._idleNext === undefined ? -1 : resource._idleStart + resource._idleTimeout;
}

function of(record) {
  const { kind, resource } = record;
  const facts = { holds: alive.holds(record), ref: null };
  if (typeof resource.hasRef === 'function') facts.ref = resource.hasRef() === true;
  if (kind === kinds.TIMER) timer(record, facts);
  else if (kind === kinds.SOCKET) socket(record, facts);
  else if (kind === kinds.SERVER) described(record, facts);
  else if (kind === kinds.UDP) {
    described(record, facts);
    if (record.handle.peer !== null) facts.peer = record.handle.peer;
    facts.reading = facts.holds;
    facts.busy = record.handle.requests > 0;
    facts.use = record.handle.use.inv;
  } else if (kind === kinds.CHILD) {
    if (typeof resource.pid === 'number') facts.pid = resource.pid;
    const file = alive.ownerOf(resource)?.spawnfile;
    if (typeof file === 'string') facts.file = file;
  } else if (kind === kinds.WORKER) {
    if (typeof resource.threadId === 'number') facts.thread = resource.threadId;
  }
  return facts;
}

// The keys whose values differ, or null.
function changed(old, facts) {
  let out = null;
  for (const key in facts) if (facts[key] !== old[key]) (out ??= {})[key] = facts[key];
  return out;
}

module.exports = { of, changed, timerKey };
