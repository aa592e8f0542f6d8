// Async functions that have not finished.
//
// The promise of an async function is a "root": it is triggered by the code that runs, not by another promise. Its stack,
// whose first frame is the function itself, is captured while the invocation's budget lasts and read only if the promise
// is still unresolved at a mark. Beyond the budget a bit per id is kept, so that `lost` counts what is unresolved without
// a record, not what was merely over budget: 0 lost is complete evidence.
'use strict';

const site = require('./site.cjs');
const { now } = require('./clock.cjs');

const BUDGET = 5000;
const LIMIT = 8; // 2-3 of them are Node's hook

// Work that has neither a handle nor a job that tells its end: only its promise shows it.
function nativeWork({ native, door }) {
  if (native === 'waitAsync') return 'Atomics.waitAsync';
  return native !== '' && door !== null && door[0] === 'node:internal/blob' ? `blob.${door[1]}` : null;
}

const MODULE = /^(?:file|data):/;

const PAGE_BITS = 15;
const PAGE_MASK = (1 << PAGE_BITS) - 1;

class AsyncFunction {
  constructor(asyncId, held, context) {
    this.asyncId = asyncId;
    this.held = held;
    this.context = context;
    this.at = now();
    this.id = 0; // given when it is first sent
    this.line = null;
    this.name = '';
    this.holds = false; // a promise never does; what it stands for may
  }
}

class Page {
  constructor() {
    this.bits = new Int32Array(1 << (PAGE_BITS - 5));
    this.count = 0;
  }
}

const known = new Map(); // async id -> AsyncFunction
let highest = 0; // no id in `known` is above it
let budget = BUDGET;

const pages = new Map();
let lastNumber = -1;
let lastPage = null;
let lost = 0;
let fresh = 0; // the newest root over budget: most are resolved before the next one comes, and never reach a page

let ended = []; // [id, ms] of records that were sent

function refill() {
  budget = BUDGET;
}

function started(id, context, below) {
  if (budget > 0) {
    budget--;
    highest = id;
    known.set(id, new AsyncFunction(id, site.grab(LIMIT, below), context));
    return;
  }
  if (fresh !== 0) setBit(fresh);
  fresh = id;
}

function setBit(id) {
  const number = id >>> PAGE_BITS;
  if (number !== lastNumber) {
    let page = pages.get(number);
    if (page === undefined) pages.set(number, (page = new Page()));
    lastNumber = number;
    lastPage = page;
  }
  lastPage.bits[(id & PAGE_MASK) >>> 5] |= 1 << (id & 31);
  lastPage.count++;
  lost++;
}

function clearBit(id) {
  const number = id >>> PAGE_BITS;
  const page = number === lastNumber ? lastPage : pages.get(number);
  if (page === undefined) return;
  const index = (id & PAGE_MASK) >>> 5;
  const bit = 1 << (id & 31);
  if ((page.bits[index] & bit) === 0) return;
  page.bits[index] &= ~bit;
  lost--;
  if (--page.count === 0 && page !== lastPage) pages.delete(number);
}

// The promiseResolve hook. Fires for every promise, so it decides by comparing numbers wherever it can.
function resolved(id) {
  if (id === fresh) {
    fresh = 0;
  } else if (id > highest) {
    if (lost !== 0) clearBit(id);
  } else {
    const record = known.get(id);
    if (record !== undefined) {
      known.delete(id);
      if (record.id !== 0) ended.push([record.id, now()]);
    } else if (lost !== 0) clearBit(id);
  }
}

// Reads the stacks of what is unresolved and forgets what is no async function: `new Promise`, then, all (their first frame
// is native), Node's own functions, the body of an ES module (which has no name and begins its file), and the runtime's.
function* unresolved(isRuntime) {
  for (const [asyncId, record] of known) {
    if (record.line === null) {
      const seen = site.read(record.held);
      record.held = null;
      if (seen.isBlind) {
        // The handler keeps all stacks from us: what this is cannot be told, so it counts as lost.
        known.delete(asyncId);
        setBit(asyncId);
        continue;
      }
      const name = nativeWork(seen);
      const [top] = seen.frames;
      const isModule = seen.isUser && top[3] === '' && top[1] === 1 && top[2] === 1 && MODULE.test(top[0]);
      if (!(seen.isUser || name !== null) || isModule || (top !== undefined && isRuntime(top[0]))) {
        known.delete(asyncId);
        continue;
      }
      record.line = site.withoutOurs(seen.frames);
      record.holds = name !== null && name.startsWith('blob.'); // a job of the thread pool
      record.name = name === null ? record.line[0][3] : name;
    }
    yield record;
  }
}

function takeEnded() {
  const taken = ended;
  ended = [];
  return taken;
}

function lostNow() {
  return lost + (fresh === 0 ? 0 : 1);
}

module.exports = { refill, started, resolved, unresolved, takeEnded, lostNow };
