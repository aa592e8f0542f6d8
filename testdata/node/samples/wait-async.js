// Atomics.waitAsync with something to do afterwards. It has neither a handle nor an async function.
// Left: 1 `Atomics.waitAsync`, which ends after 300 ms. It does not hold the loop.
'use strict';

const word = new Int32Array(new SharedArrayBuffer(4));

exports.handler = async () => {
  Atomics.waitAsync(word, 0, 0, 300).value.then(() => {});
  return 'ok';
};
