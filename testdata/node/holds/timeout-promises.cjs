// ends: timers/promises, floating
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

exports.handler = () => {
  sleep(400);
};
