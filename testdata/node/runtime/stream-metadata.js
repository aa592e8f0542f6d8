// Status and headers in front of the body.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  const http = awslambda.HttpResponseStream.from(response, { statusCode: 201, headers: { 'x-a': 'b' } });
  http.write('body');
  http.end();
});
