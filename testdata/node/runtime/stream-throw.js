// Throws in the middle of the stream.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  response.write('one ');
  throw new TypeError('mid-way');
});
