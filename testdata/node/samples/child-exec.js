// A command whose end nobody waits for. The pipes to it are part of the child process.
// Left: 1 child process, which holds the loop for 400 ms.
'use strict';

const { exec } = require('node:child_process');

exports.handler = async () => {
  exec('sleep 0.4');
  return 'ok';
};
