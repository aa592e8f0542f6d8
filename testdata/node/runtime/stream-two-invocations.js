// Streams twice in one process.
'use strict';

let count = 0;
exports.handler = awslambda.streamifyResponse(async (event, response) => {
  count += 1;
  response.end(String(count));
});
