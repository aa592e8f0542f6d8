// ends: a pipeline of streams in memory
'use strict';

const { pipeline, PassThrough, Readable } = require('node:stream');

exports.handler = (event, context, callback) => {
  pipeline(Readable.from(['a', 'b']), new PassThrough(), async function* drain(source) {
    for await (const part of source) yield part;
  }, new PassThrough().resume(), () => callback(null, 'ok'));
};
