// The stream is never ended.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  response.write('one ');
});
