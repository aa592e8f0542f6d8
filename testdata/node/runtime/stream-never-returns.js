// The stream has ended, the handler never does.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  response.end('all');
  await new Promise(() => {});
});
