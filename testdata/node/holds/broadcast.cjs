// never ends: a BroadcastChannel with a listener
'use strict';

const { BroadcastChannel } = require('node:worker_threads');

exports.handler = () => {
  new BroadcastChannel('x').onmessage = () => {};
};
