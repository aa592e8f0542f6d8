// never ends: unref'd, but its pipes are not
'use strict';

const { spawn } = require('node:child_process');

exports.handler = (event, context, callback) => {
  const child = spawn('sleep', ['60']);
  child.unref();
  child.on('spawn', () => setImmediate(callback, null, 'ok'));
};
