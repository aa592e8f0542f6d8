// ends: exec of a command that waits for the FIFO
'use strict';

const { exec } = require('node:child_process');

exports.handler = () => {
  exec('exec 3 < "$HOLDS_GATE"; :', { timeout: 20000 }, () => {});
};
