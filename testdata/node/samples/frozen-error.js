// A handler that lets nobody capture a stack. What is left cannot be told from what Node does: inconclusive.
// Left: 1 async function (`consume`), one more with each invocation.
'use strict';

Error.stackTraceLimit = 0;
Object.freeze(Error);

exports.handler = async () => {
  consume();
  return 'ok';
};

async function consume() {
  await new Promise(() => {});
}
