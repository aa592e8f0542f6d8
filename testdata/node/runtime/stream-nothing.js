// Nothing is ever written to the stream.
'use strict';

exports.handler = awslambda.streamifyResponse(async () => {});
