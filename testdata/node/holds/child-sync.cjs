// ends: spawnSync leaves nothing
'use strict';

const { spawnSync } = require('node:child_process');

exports.handler = () => {
  spawnSync('true');
};
