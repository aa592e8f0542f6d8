// ends: unref'd, and its channel as well
'use strict';

const { fork } = require('node:child_process');

exports.handler = (event, context, callback) => {
  const child = fork(`${__dirname}/fixtures/child.cjs`, [], { stdio: 'ignore' });
  child.once('message', () => {
    child.unref();
    child.channel.unref();
    setImmediate(callback, null, 'ok');
  });
};
