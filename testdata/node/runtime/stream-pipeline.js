// A pipeline into the response.
'use strict';

const { pipeline } = require('stream/promises');
const { Readable } = require('stream');

exports.handler = awslambda.streamifyResponse(async (event, response) => {
  await pipeline(Readable.from(['one ', 'two']), response);
});
