// The handler destroys its stream: a promise of the client rejects and nobody handles it, which ends the process.
'use strict';

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  response.write('one ');
  response.destroy();
});
