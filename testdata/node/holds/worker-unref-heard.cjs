// never ends: unref'd, but then a listener refs its port
'use strict';

const { Worker } = require('node:worker_threads');

exports.handler = (event, context, callback) => {
  const worker = new Worker('require("worker_threads").parentPort.on("message", () => {})', { eval: true });
  worker.on('online', () => {
    worker.unref();
    worker.on('message', () => {});
    setImmediate(callback, null, 'ok');
  });
};
