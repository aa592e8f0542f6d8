// An async function that nobody awaits, and that awaits what never comes.
// Left: 1 async function (`consume`), one more with each invocation. Nothing holds the loop.
'use strict';

exports.handler = (event, context, callback) => {
  consume();
  callback(null, 'ok');
};

async function consume() {
  await new Promise(() => {});
}
