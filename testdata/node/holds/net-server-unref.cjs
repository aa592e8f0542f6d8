// ends: an unref'd server
'use strict';

const net = require('node:net');

exports.handler = (event, context, callback) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => callback(null, 'ok'));
  server.unref();
};
