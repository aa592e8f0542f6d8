// never ends: unref'd, but its channel is not
'use strict';

const { fork } = require('node:child_process');

exports.handler = (event, context, callback) => {
  const child = fork(`${__dirname}/fixtures/child.cjs`, [], { stdio: 'ignore' });
  child.unref();
  child.once('message', () => callback(null, 'ok'));
};
