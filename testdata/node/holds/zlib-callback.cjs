// ends: gzip in the thread pool
'use strict';

const zlib = require('node:zlib');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  zlib.gzip(Buffer.alloc(100000), () => {});
};
