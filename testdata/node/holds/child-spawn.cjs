// never ends: a child process that sleeps, with stdio ignored
'use strict';

const { spawn } = require('node:child_process');

exports.handler = () => {
  spawn('sleep', ['60'], { stdio: 'ignore' });
};
