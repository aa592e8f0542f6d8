// ends: an AsyncResource is no handle
'use strict';

const { AsyncResource } = require('node:async_hooks');

exports.handler = () => {
  globalThis.kept = new AsyncResource('mine');
};
