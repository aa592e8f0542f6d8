// A worker thread that nobody ends.
// Left: 1 worker, one more with each invocation, which holds the loop for ever.
'use strict';

const { Worker } = require('node:worker_threads');
const { once } = require('node:events');

exports.handler = async () => {
  const worker = new Worker('setInterval(() => {}, 100)', { eval: true });
  await once(worker, 'online');
  return 'ok';
};
