// An async function that nobody awaits is rejected after 100 ms, and the process ends with that.
// Left: 1 async function (`publish`), which waits on a timer of 100 ms.
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

exports.handler = async () => {
  publish();
  return 'ok';
};

async function publish() {
  await sleep(100);
  throw new Error('the topic is gone');
}
