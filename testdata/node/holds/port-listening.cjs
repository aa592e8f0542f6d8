// never ends: a port with a listener
'use strict';

const { MessageChannel } = require('node:worker_threads');

exports.handler = () => {
  new MessageChannel().port1.on('message', () => {});
};
