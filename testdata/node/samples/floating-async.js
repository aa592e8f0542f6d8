// An async function that nobody awaits.
// Left: 1 async function (`flush`), which waits on a timer of 300 ms and ends then.
'use strict';

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

exports.handler = async () => {
  flush();
  return 'ok';
};

// The answer is held for 300 ms.
exports.wait = (event, context, callback) => {
  flush();
  callback(null, 'ok');
};

async function flush() {
  await sleep(300);
}
