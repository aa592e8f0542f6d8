// An async function that nobody awaits and that never ends.
// Left: 1 async function (`poll`), which waits on a timer of 100 ms; one more with each invocation.
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

exports.handler = async () => {
  poll();
  return 'ok';
};

async function poll() {
  for (;;) {
    await sleep(100);
  }
}
