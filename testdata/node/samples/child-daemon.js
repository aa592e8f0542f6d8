// A process that left its group and outlived the shell that started it.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');

exports.handler = async () => {
  const shell = spawn('sh', ['-c', 'sleep 60 > /dev/null 2>&1 &'], { detached: true, stdio: 'ignore' });
  await once(shell, 'exit');
};
