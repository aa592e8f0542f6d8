// A complete stream, but an interval keeps the loop: times out after the answer up to Node.js 22.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  setInterval(() => {}, 50);
  response.end('all');
});
