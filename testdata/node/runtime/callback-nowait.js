// callback(null, x) with the flag off is posted at once.
'use strict';

exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setInterval(() => {}, 300);
  callback(null, 'a');
};
