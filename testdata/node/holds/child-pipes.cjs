// never ends: a child process and its pipes are one thing
'use strict';

const { spawn } = require('node:child_process');

exports.handler = (event, context, callback) => {
  spawn('sleep', ['60']).on('spawn', () => setImmediate(callback, null, 'ok'));
};
