// A timer and an immediate made on one line have nothing to do with each other.
// Left: 1 timer (`flush`) of 300 ms. The immediate runs in the turn of the response: it is safe, the timer is not.
'use strict';

exports.handler = async () => {
  setTimeout(function flush() {}, 300); setImmediate(() => {});
  return 'ok';
};
