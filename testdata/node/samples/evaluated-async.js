// Async functions that eval and the Function constructor made, and that wait for ever.
// Left: 2 async functions without a name, two more with each invocation. They hold nothing.
'use strict';

const AsyncFunction = (async () => {}).constructor;
const evaluated = eval('async () => { await new Promise(() => {}); }');
const constructed = new AsyncFunction('await new Promise(() => {});');

exports.handler = async () => {
  evaluated();
  constructed();
  return 'ok';
};
