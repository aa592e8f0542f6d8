// never ends: a floating async loop
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
async function poll() {
for (;;) await sleep(40);
}

exports.handler = () => {
  poll();
};
