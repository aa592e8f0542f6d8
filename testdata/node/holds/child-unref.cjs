// ends: an unref'd child process without pipes
'use strict';

const { spawn } = require('node:child_process');

exports.handler = () => {
  spawn('sleep', ['2'], { stdio: 'ignore', detached: true }).unref();
};
