// Streams two chunks; a timer stays: the next event waits for it up to Node.js 22.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response, context) => {
  response.setContentType('text/plain');
  response.write('one ');
  setTimeout(() => {}, 150);
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.end('two');
});
