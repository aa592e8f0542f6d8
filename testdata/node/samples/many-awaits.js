// Very many awaited promises: AWAITS of them, or a million.
// Left: nothing.
'use strict';

const AWAITS = Number(process.env.AWAITS ?? 1_000_000);

exports.handler = async () => {
  let sum = 0;
  for (let i = 0; i < AWAITS; i += 1) sum += await leaf(i);
  return sum;
};

async function leaf(i) {
  return i % 2;
}
