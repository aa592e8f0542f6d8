// ends: ended by us, the peer ends later
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = net.connect(env.PEER_LATE, '127.0.0.1');
  socket.on('connect', () => {
    socket.resume().end();
    callback(null, 'ok');
  });
};
