// ends: a server closed again
'use strict';

const net = require('node:net');

exports.handler = (event, context, callback) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    server.close();
    callback(null, 'ok');
  });
};
