// never ends: a floating write to a peer that does not read, on an unref'd and paused socket
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = net.connect(env.PEER_DEAF, '127.0.0.1');
  socket.pause();
  socket.on('connect', () => {
    socket.write(Buffer.alloc(32 << 20));
    socket.unref();
    callback(null, 'ok');
  });
};
