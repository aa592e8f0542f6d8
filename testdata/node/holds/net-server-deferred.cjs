// never ends: listen() called, not yet done at the answer
'use strict';

const net = require('node:net');

exports.handler = () => {
  net.createServer().listen(0, '127.0.0.1');
};
