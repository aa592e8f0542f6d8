// ends: timers/promises with ref: false
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

exports.handler = () => {
  sleep(3600000, null, { ref: false });
};
