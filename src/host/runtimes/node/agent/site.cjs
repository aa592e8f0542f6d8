// Where something was made: the call stack of this moment, taken cheaply and read later.
//
// `grab` only captures; `read` formats, which costs as much again and is done only for what is still wanted by then.
// The handler may have patched or frozen Error, so every touch of it is saved, restored and allowed to fail.
'use strict';

const HostError = Error;
const captureStackTrace = Error.captureStackTrace;
const HERE = __dirname + require('node:path').sep;
const TAKERS = new Set([__filename, `${HERE}hooks.cjs`, `${HERE}promises.cjs`, `${HERE}context.cjs`, 'node:internal/async_hooks']);
const MAX_FRAMES = 24;

class Held {}

let locked = false;

// An object whose `stack` is formatted when it is first read. `below`: the function that asks; it and what it called are left
// out, which is what makes small limits enough, and a small limit is half the price.
function grab(limit, below) {
  const held = new Held();
  if (locked) {
    captureStackTrace(held, below);
    return held;
  }
  const saved = HostError.stackTraceLimit;
  try {
    HostError.stackTraceLimit = limit;
  } catch {
    locked = true;
  }
  captureStackTrace(held, below);
  if (!locked && saved !== limit) HostError.stackTraceLimit = saved;
  return held;
}

function keepCallSites(_error, sites) {
  return sites;
}

// Formatted by the handler's own prepareStackTrace, which may fail.
function textOf(held) {
  try {
    return held.stack;
  } catch {
    return '';
  }
}

function callSites(held) {
  const saved = HostError.prepareStackTrace;
  try {
    HostError.prepareStackTrace = keepCallSites;
  } catch {
    return textOf(held);
  }
  try {
    return held.stack;
  } finally {
    HostError.prepareStackTrace = saved;
  }
}

// "    at fn (file:1:2)" lines, for when somebody owns prepareStackTrace for good.
function parseText(text) {
  const out = [];
  for (const line of String(text).split('\n')) {
    const match = /^\s+at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
    if (match) out.push([match[2], Number(match[3]), Number(match[4]), (match[1] || '').replace(/^(async|new) /, '')]);
  }
  return out;
}

// A file of loopcheck's own runtime.
function isOurs(file) {
  return file.startsWith(HERE);
}

function isNode(file) {
  return file.startsWith('node:');
}

const ORIGIN = /\(([^()]+):(\d+):(\d+)\)+$/;
const NOWHERE = '<anonymous>';

// '': native. What eval and Function make is code of the handler's all the same, at the line that evaluates it.
function fileOf(site) {
  const file = site.getFileName() || site.getScriptNameOrSourceURL() || '';
  if (file === '') return site.getLineNumber() === null ? '' : originOf(site)[0];
  return file.startsWith('wasm:') ? '' : file; // undici's parser: no place in a file
}

function originOf(site) {
  const match = site.isEval() ? ORIGIN.exec(String(site.getEvalOrigin())) : null;
  return match === null ? [NOWHERE, 0, 0] : [match[1], Number(match[2]), Number(match[3])];
}

// Line and column cost the most of all, and only frames outside Node need them.
function frameOf(site, file) {
  if (site.isEval() && !site.getFileName()) {
    const name = site.getFunctionName();
    return [...originOf(site), name === null || name === 'eval' ? '' : name];
  }
  return [file, site.getLineNumber() || 0, site.getColumnNumber() || 0, site.getFunctionName() || ''];
}

// What the stack says:
//   frames   [file, line, column, function] outside Node itself, top first
//   isUser   the first frame below the hook is one of them: neither Node's own nor native
//   door     [file, function] of the last Node function on the way in: the one that the code outside called
//   nodes    names of Node's functions above the first outside frame
//   isBlind  nothing was captured, or the handler does not let it be read
//   native   the native function that was called, if the first frame below the hook is one
function read(held) {
  const found = { frames: [], isUser: false, door: null, nodes: [], native: '', isBlind: false };
  const sites = callSites(held);
  const texts = Array.isArray(sites) ? null : parseText(sites);
  const count = texts ? texts.length : sites.length;
  found.isBlind = count === 0; // Node's hook at least is on every stack
  let isBelow = false;
  for (let i = 0; i < count; i++) {
    const file = texts ? texts[i][0] : fileOf(sites[i]);
    if (!isBelow) {
      if (TAKERS.has(file)) continue;
      isBelow = true;
      found.isUser = file !== '' && !isNode(file);
      if (file === '' && !texts) found.native = sites[i].getFunctionName() || '';
    }
    if (file === '') continue;
    if (isNode(file)) {
      if (found.frames.length === 0) {
        const name = (texts ? texts[i][3] : sites[i].getFunctionName()) || '';
        found.nodes.push(name);
        found.door = [file, name];
      }
    } else if (found.frames.push(texts ? texts[i] : frameOf(sites[i], file)) >= MAX_FRAMES) break;
  }
  return found;
}

// Without the frames of loopcheck's own runtime.
function withoutOurs(frames) {
  return frames.some((frame) => isOurs(frame[0])) ? frames.filter((frame) => !isOurs(frame[0])) : frames;
}

module.exports = { grab, read, isOurs, withoutOurs };
