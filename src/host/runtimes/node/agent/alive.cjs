// Is it over, and does it hold the event loop? Read off the resource itself, at the moment of asking.
//
// "Holds" is referenced AND active. hasRef() alone is wrong for paused, half-open and standard streams, and says nothing of
// jobs. The properties read here are Node's own; they are the same from 18 to 26 and testdata/node checks them per version.
'use strict';

const kinds = require('./kinds.cjs');
const symbols = require('./symbols.cjs');
const { seenOf } = require('./context.cjs');

function ownerOf(resource) {
  return symbols.get(resource, 'owner_symbol');
}

// In the timer lists, or an interval whose callback runs right now.
function timerIsOver(timer) {
  if (timer._destroyed === true) return true;
  if (timer._idleNext !== null && timer._idleNext !== undefined) return false;
  return !(timer._repeat && timer._idleTimeout !== -1);
}

// A closing handle counts as referenced until it is closed, but its owner has let go of it.
function isLetGo(record) {
  const owner = ownerOf(record.resource);
  return owner !== undefined && owner !== null && owner._handle === null;
}

// A UDP socket emits 'close' before its handle is closed, and its owner has let go of that.
function isClosedUdp(record) {
  if (record.kind !== kinds.UDP) return false;
  const state = symbols.get(ownerOf(record.resource), 'state symbol');
  return state !== undefined && state !== null && state.handle === null;
}

function handleIsOver(record) {
  const { kind, resource, handle } = record;
  if (resource.hasRef() === undefined) return true;
  if ((kind === kinds.CHILD || kind === kinds.WATCHER || kind === kinds.SERVER) && isLetGo(record)) return true;
  if (isClosedUdp(record)) return true;
  const fd = resource.fd;
  if (fd === undefined) return false;
  if (fd >= 0) {
    handle.opened = true;
    return false;
  }
  if (handle.opened) return true; // closing
  const owner = ownerOf(resource);
  return owner !== null && owner !== undefined && owner.destroyed === true && owner._handle !== resource;
}

// Both ways to compute emit the same init; the synchronous one never sets ondone and never calls back. WebCrypto on Node 24
// has no ondone either, but its stack goes through jobPromise.
function cryptoIsOver(record) {
  if (typeof record.resource.ondone === 'function') return false;
  return record.step === null || !seenOf(record.step).nodes.includes('jobPromise');
}

function layerIsOver(record) {
  const layer = record.resource.deref();
  if (layer === undefined) return true;
  const base = record.handle.base;
  return base !== null && handleIsOver(base);
}

// Reads of a blob or a file that never call back into JavaScript, one after the other through the same object: their end is
// not reported. A blob's promise stands for them. Since Node 26 a read or write of a whole file calls `ondone`.
function isNative(record) {
  const { type, resource } = record;
  return type === 'FSREQCALLBACK' && typeof (resource.oncomplete ?? resource.ondone) !== 'function';
}

function isOver(record) {
  switch (record.kind) {
    case kinds.TIMER:
      return timerIsOver(record.resource);
    case kinds.IMMEDIATE:
      return record.resource._destroyed === true;
    case kinds.REQUEST:
      return false; // until its before
    case kinds.JOB:
      return isNative(record); // until its before
    case kinds.CRYPTO:
      return cryptoIsOver(record);
    case kinds.ZLIB:
      return record.resource.deref() === undefined;
    case kinds.LAYER:
      return layerIsOver(record);
    default:
      return handleIsOver(record);
  }
}

// The IPC channel of a forked child, which is read from its first moment to its last and never says so. Only it has these.
function isChannel(resource) {
  return resource.pendingHandle !== undefined && resource.sockets !== undefined;
}

// Reading, and still something to read: after the peer's end libuv has stopped, whatever the handle says.
function isReading(record) {
  const { resource, handle } = record;
  if (isChannel(resource)) return true;
  const top = handle.layer === null ? resource : handle.layer;
  if (top.reading !== true && resource.reading !== true) return false;
  const state = (ownerOf(top) || ownerOf(resource))?._readableState;
  return !(state !== undefined && state !== null && state.ended === true);
}

function isConnecting(record) {
  const { resource, handle } = record;
  const owner = ownerOf(handle.layer === null ? resource : handle.layer) || ownerOf(resource);
  return owner?.connecting === true;
}

// A child process and a worker hold the loop by themselves, or by what they are talked to through.
function holdsAlone(record) {
  return record.resource.hasRef() === true;
}

function holds(record) {
  const { kind, resource } = record;
  switch (kind) {
    case kinds.TIMER:
    case kinds.IMMEDIATE:
    case kinds.PORT:
      return resource.hasRef() === true;
    case kinds.CHILD:
    case kinds.WORKER:
      return holdsAlone(record) || record.handle.ends.some((end) => !isOver(end) && holds(end));
    case kinds.WATCHER:
      return resource.hasRef() === true && resource.initialized !== false;
    case kinds.SOCKET:
      return record.handle.requests > 0 || (resource.hasRef() === true && isReading(record));
    case kinds.SERVER:
    case kinds.UDP:
      return record.handle.requests > 0 || (resource.hasRef() === true && resource.fd >= 0);
    case kinds.REQUEST: {
      // What is queued in a TLS layer waits for its socket.
      const of = record.of;
      return of.kind !== kinds.LAYER || of.handle.base === null || holds(of.handle.base);
    }
    default:
      return true;
  }
}

module.exports = { ownerOf, isOver, isReading, isConnecting, holdsAlone, holds };
