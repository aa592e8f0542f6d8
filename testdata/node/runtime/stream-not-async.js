// A streaming handler that does not return a promise.
'use strict';

exports.handler = awslambda.streamifyResponse((event, response) => {
  response.write('one ');
});
