// A promise-heavy handler: a million awaits of async functions. Its answer is what they took.
'use strict';

const { measured } = require('./measured.cjs');

exports.handler = measured(async () => {
  let sum = 0;
  for (let i = 0; i < 1_000_000; i += 1) sum += await leaf(i);
  return sum;
});

async function leaf(i) {
  return i % 2;
}
