// ends: gzipSync leaves nothing
'use strict';

const zlib = require('node:zlib');

exports.handler = () => {
  zlib.gzipSync(Buffer.alloc(1000));
};
