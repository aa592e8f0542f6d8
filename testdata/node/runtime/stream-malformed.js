// Marked with a kind of streaming that does not exist.
'use strict';

exports.handler = async () => 1;
exports.handler[Symbol.for('aws.lambda.runtime.handler.streaming')] = 'request';
