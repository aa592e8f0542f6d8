// Two clocks: performance.now(), which goes on the wire, and the event loop's, in which timers are due.
//
// Both are captured at load, before a test library can fake them. The loop's clock is read off a timer that is made and
// cleared at once; libuv keeps it still while a callback runs, so the smallest difference seen is the true one.
'use strict';

const { performance } = require('node:perf_hooks');

const { setTimeout, clearTimeout } = globalThis;
const now = performance.now.bind(performance);
const FAR = 0x3fffffff;

let offset = Infinity;

function nothing() {}

// The caller mutes its hooks around this.
function sample() {
  const timer = setTimeout(nothing, FAR);
  const start = timer._idleStart;
  clearTimeout(timer);
  const difference = now() - start;
  if (difference < offset) offset = difference;
}

function fromLoop(ms) {
  return ms + offset;
}

function round(ms) {
  return Math.round(ms * 1000) / 1000;
}

// process.hrtime.bigint() at performance.now() == 0: both count the same nanoseconds.
function origin() {
  const hr = process.hrtime.bigint();
  return String(hr - BigInt(Math.round(now() * 1e6)));
}

module.exports = { now, sample, fromLoop, round, origin };
