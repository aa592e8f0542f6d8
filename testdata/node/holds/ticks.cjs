// ends: nextTick and microtasks
'use strict';

exports.handler = () => {
  process.nextTick(() => queueMicrotask(() => process.nextTick(() => {})));
};
