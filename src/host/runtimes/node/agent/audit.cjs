// libuv's own list of handles, against our table: what is active and referenced there must be explained here.
//
// One diagnostic report per mark costs some milliseconds, so it is taken only at turn and freeze, not on Node 18 (where it
// would resolve every peer's name), and not when the last one was slow. Requests are not in the list, and inside an
// immediate the loop always counts as alive, so only handles are judged.
'use strict';

const kinds = require('./kinds.cjs');
const records = require('./records.cjs');
const alive = require('./alive.cjs');
const clock = require('./clock.cjs');

const SLOW_MS = 25;
const STREAMS = new Set(['tcp', 'pipe', 'tty', 'udp']);
// The type in the report -> the kinds that explain handles of it.
const COUNTED = new Map([
  ['process', [kinds.CHILD]],
  ['fs_event', [kinds.WATCHER]],
  ['fs_poll', [kinds.WATCHER]],
  ['async', [kinds.PORT, kinds.WORKER]],
]);

const report = process.report;
const isUsable = report !== undefined && 'excludeNetwork' in report;
let last = 0;

function read() {
  const saved = report.excludeNetwork;
  const savedEnv = report.excludeEnv;
  report.excludeNetwork = true;
  if (savedEnv !== undefined) report.excludeEnv = true;
  try {
    return report.getReport().libuv;
  } finally {
    report.excludeNetwork = saved;
    if (savedEnv !== undefined) report.excludeEnv = savedEnv;
  }
}

// A port holds for its worker, and a pipe for its child: those are handles of their own, and counted as such.
function count(wanted) {
  let total = 0;
  for (const record of records.table.values()) {
    if (!wanted.includes(record.kind) || !alive.holds(record)) continue;
    if (record.handle.ends.length === 0 || alive.holdsAlone(record)) total++;
  }
  return total;
}

// The descriptors that our table, or the runtime, has a handle for.
function descriptors(theirs) {
  const found = new Set(theirs.map((handle) => handle.fd));
  for (const record of records.table.values()) {
    if (record.handle !== null && record.kind !== kinds.LAYER) found.add(record.resource.fd);
  }
  return found;
}

function some(kind, type) {
  for (const record of records.table.values()) {
    if (record.kind === kind && (type === undefined || record.type === type) && alive.holds(record)) return true;
  }
  return false;
}

// `ours`: descriptors of the agent's own; `theirs`: handles and timers of the runtime. undefined: no audit this time.
function take(ours, theirs) {
  if (!isUsable || last > SLOW_MS) return undefined;
  const start = clock.now();
  const handles = read();
  last = clock.now() - start;
  const unseen = [];
  const known = descriptors(theirs);
  const counts = new Map();
  let isAlive = false;
  for (const handle of handles) {
    const { type } = handle;
    if (type === 'loop' || type === 'idle' || type === 'check' || type === 'prepare') continue;
    if (!handle.is_active || !handle.is_referenced) continue;
    if (STREAMS.has(type)) {
      if (handle.fd !== undefined && (handle.fd <= 2 || ours.includes(handle.fd))) continue;
      isAlive = true;
      if (!known.has(handle.fd)) unseen.push({ type, fd: handle.fd });
      continue;
    }
    isAlive = true;
    if (type === 'timer') {
      if (!some(kinds.TIMER) && !some(kinds.JOB, 'QUERYWRAP') && !theirs.some((each) => '_onTimeout' in each)) unseen.push({ type });
    } else if (type === 'poll') {
      if (!some(kinds.JOB, 'QUERYWRAP')) unseen.push({ type, fd: handle.fd });
    } else if (COUNTED.has(type)) counts.set(type, (counts.get(type) || 0) + 1);
    else unseen.push({ type });
  }
  for (const [type, seen] of counts) {
    for (let explained = count(COUNTED.get(type)); explained < seen; explained++) unseen.push({ type });
  }
  return { alive: isAlive, unseen };
}

module.exports = { take };
