// ends: a port that was listened on and closed
'use strict';

const { MessageChannel } = require('node:worker_threads');

exports.handler = (event, context, callback) => {
  const { port1 } = new MessageChannel();
  port1.on('message', () => {});
  port1.close(() => callback(null, 'ok'));
};
