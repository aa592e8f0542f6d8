// ends: a compression stream at rest
'use strict';

const zlib = require('node:zlib');

exports.handler = () => {
  globalThis.kept = zlib.createGzip();
};
