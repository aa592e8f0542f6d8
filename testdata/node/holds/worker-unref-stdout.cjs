// never ends: unref'd, but its output is read
'use strict';

const { Worker } = require('node:worker_threads');

exports.handler = (event, context, callback) => {
  const worker = new Worker('console.log(1); require("worker_threads").parentPort.on("message", () => {})', { eval: true, stdout: true });
  worker.unref();
  worker.stdout.once('data', () => setImmediate(callback, null, 'ok'));
};
