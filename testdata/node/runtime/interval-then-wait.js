// An interval left by a nowait invocation makes a waiting one time out.
'use strict';

let count = 0;
exports.handler = (event, context, callback) => {
  count += 1;
  if (count === 1) {
    context.callbackWaitsForEmptyEventLoop = false;
    setInterval(() => {}, 40);
  }
  callback(null, count);
};
