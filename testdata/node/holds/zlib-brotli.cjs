// ends: brotli in the thread pool
'use strict';

const zlib = require('node:zlib');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  zlib.brotliCompress(Buffer.alloc(1000), () => {});
};
