// never ends: a worker that prints: its streams are not items
'use strict';

const { Worker } = require('node:worker_threads');

exports.handler = (event, context, callback) => {
  const worker = new Worker('console.log(1); require("worker_threads").parentPort.on("message", () => {})', { eval: true });
  worker.on('online', () => setTimeout(callback, 30, null, 'ok'));
};
