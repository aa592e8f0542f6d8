// The same with the flag off: the next event does not wait.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response, context) => {
  context.callbackWaitsForEmptyEventLoop = false;
  setTimeout(() => {}, 300);
  response.write('one ');
  response.end('two');
});
