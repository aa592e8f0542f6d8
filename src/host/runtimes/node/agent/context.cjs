// Which invocation, and which earlier steps, the running code belongs to.
//
// Every async resource inherits the context of the code that made it. A context is a link: its own stack, the stacks of its
// ancestors, and the root of the invocation. It is kept in a private field, so that neither console.log nor deepEqual nor
// Object.freeze of the handler can meet it. Resources of the current root carry nothing: for them the async id tells.
'use strict';

const { executionAsyncResource, executionAsyncId } = require('node:async_hooks');
const site = require('./site.cjs');

const MAX_ANCESTORS = 13;
const NONE = Object.freeze([]);

// An invocation. `inv` is filled in by begin(): what is made between next() and the handler belongs to it already.
class Root {
  constructor(inv, firstId) {
    this.inv = inv;
    this.firstId = firstId;
    this.root = this;
    this.line = NONE;
    this.cost = null;
    this.costAbove = null;
  }
}

class Step {
  constructor(parent, held, cost, isWanted) {
    this.root = parent.root;
    this.cost = cost; // of a tick: told when its stack led to something
    this.costAbove = parent.cost;
    this.costAtop = parent.costAbove;
    this.held = held; // captured, not yet read
    this.seen = null; // read
    this.parentLine = lineOf(parent);
    this.line = null;
    this.isWanted = isWanted; // by a record that is not over
  }
}

// Captured frames keep their receivers alive, and through them older contexts: no more than this many stay unread at a time.
// What then still belongs to a record is read, the rest is given up.
const UNREAD = 512;
const EMPTY = { frames: NONE, isUser: false, door: null, nodes: NONE };
const unread = new Array(UNREAD).fill(null);
let turn = 0;

function step(parent, held, cost, isWanted) {
  const made = new Step(parent, held, cost, isWanted);
  turn = (turn + 1) % UNREAD;
  const oldest = unread[turn];
  unread[turn] = made;
  if (oldest !== null && oldest.seen === null) {
    if (oldest.isWanted) seenOf(oldest);
    else {
      oldest.held = null;
      oldest.seen = EMPTY;
    }
  }
  return made;
}

// A context that children link to is read now, or a chain of setImmediate would keep all of itself.
function seenOf(context) {
  if (context.seen === null) {
    context.seen = site.read(context.held);
    context.seen.frames = site.withoutOurs(context.seen.frames);
    context.held = null;
  }
  return context.seen;
}

// Something was made here: the ticks that led to it are worth their stacks.
function credit(context) {
  if (context.cost !== null) context.cost.useful++;
  if (context.costAbove !== null) context.costAbove.useful++;
  if (context.costAtop) context.costAtop.useful++;
}

// The stacks of a context and of its ancestors, nearest first, bounded: the nearest ones and the oldest one.
function lineOf(context) {
  if (context.line !== null) return context.line;
  const own = seenOf(context).frames;
  const above = context.parentLine;
  let line = above;
  if (own.length > 0 && !(above.length > 0 && sameTop(own, above[0]))) {
    line = [own, ...above];
    if (line.length > MAX_ANCESTORS) line.splice(MAX_ANCESTORS - 1, line.length - MAX_ANCESTORS);
  }
  context.line = line;
  return line;
}

function sameTop(a, b) {
  return a[0][1] === b[0][1] && a[0][2] === b[0][2] && a[0][0] === b[0][0];
}

class Self {
  constructor(resource) {
    return resource;
  }
}

class Stamp extends Self {
  #context;
  constructor(resource, context) {
    super(resource);
    this.#context = context;
  }
  static get(resource) {
    return #context in resource ? resource.#context : undefined;
  }
  static set(resource, context) {
    if (#context in resource) resource.#context = context;
    else new Stamp(resource, context);
  }
}

let current = new Root(0, 0);
const older = []; // newest first; only roots that something may still belong to by its id

function rootOfId(id) {
  if (id >= current.firstId || id < 2) return current;
  for (const root of older) if (id >= root.firstId) return root;
  return older[older.length - 1];
}

let lastStamped = 1; // no resource with a higher async id carries a stamp; 0 and 1 are what runs outside of all resources
let hereId = -1;
let hereContext = current;

// The context of the code that runs now, which is `id`. Asked for every promise: what one step makes shares one answer.
function here(id) {
  if (id > lastStamped && id >= current.firstId) return current;
  if (id === hereId) return hereContext;
  const context = Stamp.get(executionAsyncResource());
  hereId = id;
  hereContext = context === undefined ? rootOfId(id) : context;
  return hereContext;
}

// `resource` continues `context`. A root that its id leads to needs no stamp.
function inherit(asyncId, resource, context) {
  if (context !== current) stamp(asyncId, resource, context);
}

function stamp(asyncId, resource, context) {
  if (asyncId > lastStamped) lastStamped = asyncId;
  Stamp.set(resource, context);
}

function root() {
  return current;
}

// From here on a new invocation is being waited for. `firstId`: no resource made from now on has a lower id.
function startRoot(firstId) {
  older.unshift(current);
  if (older.length > 64) older.pop();
  current = new Root(current.inv + 1, firstId);
  adopt();
}

// What runs now belongs to the current root.
function adopt() {
  hereId = -1;
  stamp(executionAsyncId(), executionAsyncResource(), current);
}

module.exports = { step, stamp, here, inherit, root, startRoot, adopt, credit, seenOf, lineOf };
