// ends: an unref'd BroadcastChannel
'use strict';

const { BroadcastChannel } = require('node:worker_threads');

exports.handler = () => {
  const channel = new BroadcastChannel('x');
  channel.onmessage = () => {};
  channel.unref();
};
