// ends: a channel without listeners
'use strict';

const { MessageChannel } = require('node:worker_threads');

exports.handler = () => {
  globalThis.kept = new MessageChannel();
};
