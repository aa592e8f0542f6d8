// never ends: server, accepted connection and client in one process
'use strict';

const net = require('node:net');

exports.handler = (event, context, callback) => {
  const server = net.createServer((socket) => {
    socket.resume();
    callback(null, 'ok');
  });
  server.listen(0, '127.0.0.1', () => net.connect(server.address().port, '127.0.0.1'));
};
