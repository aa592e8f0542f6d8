// An async function that nobody awaits ends in the turn of the response. The timer that it made does not.
// Left: 1 timer (`flush`) of 400 ms. The async function is safe.
'use strict';

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function record() {
  setTimeout(function flush() {}, 400);
  await turn();
}

exports.handler = async () => {
  record();
  return 'ok';
};
