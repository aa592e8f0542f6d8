// Promises run before nextTick inside the handler, as it is called from a promise itself.
'use strict';

exports.handler = async () => {
  const order = [];
  process.nextTick(() => order.push('tick'));
  Promise.resolve().then(() => order.push('promise'));
  setImmediate(() => order.push('immediate'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  return order;
};
