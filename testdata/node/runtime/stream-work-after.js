// The handler goes on after the end of its stream: the next event waits for it.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  response.end('all');
  await new Promise((resolve) => setTimeout(resolve, 100));
});
