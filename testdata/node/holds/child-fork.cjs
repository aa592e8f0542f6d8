// never ends: a forked child with its channel
'use strict';

const { fork } = require('node:child_process');

exports.handler = (event, context, callback) => {
  const child = fork(`${__dirname}/fixtures/child.cjs`, [], { stdio: 'ignore' });
  child.on('message', () => callback(null, 'ok'));
};
