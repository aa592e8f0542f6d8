// A wait-mode runtime in a page: one invocation, the marks, and beforeExit. Not the product's; it is the judge's.
'use strict';

const agent = require(process.env.HOLDS_AGENT);
const { pathToFileURL } = require('node:url');

const file = process.argv[2];
const req = 'one';
const { setImmediate } = globalThis;

function answer() {
  agent.respond({ req, mode: 'callback-wait' });
  agent.mute(() => setImmediate(() => agent.turn({ req })));
}

function invoke({ handler }) {
  agent.ready();
  agent.begin({ req, inv: 1 });
  process.once('beforeExit', () => agent.empty({ req }));
  const result = handler({}, {}, answer);
  if (handler.length >= 3) return;
  if (typeof result?.then === 'function') result.then(answer);
  else answer();
}

function fail(error) {
  process.stderr.write(`${error.stack}\n`);
  process.exit(3);
}

if (file.endsWith('.mjs')) import(pathToFileURL(file)).then(invoke).catch(fail);
else invoke(require(file));
