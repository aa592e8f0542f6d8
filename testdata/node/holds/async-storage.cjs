// ends: AsyncLocalStorage around a timeout
'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

exports.handler = () => {
  new AsyncLocalStorage().run(1, () => setTimeout(() => {}, 400));
};
