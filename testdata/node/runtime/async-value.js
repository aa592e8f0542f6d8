// A settled promise is posted at once; the loop and the flag are ignored.
'use strict';

exports.handler = async (event, context) => {
  context.callbackWaitsForEmptyEventLoop = true;
  setInterval(() => {}, 300);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { a: 1 };
};
