// A child process for which nobody waits.
// Left: 1 child process (`sleep`), one more with each invocation, which holds the loop for 30 s.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');

exports.handler = async () => {
  const child = spawn('sleep', ['30'], { stdio: 'ignore' });
  await once(child, 'spawn');
  return 'ok';
};
