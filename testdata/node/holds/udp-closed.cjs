// ends: sent, then closed
'use strict';

const dgram = require('node:dgram');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = dgram.createSocket('udp4');
  socket.send('x', env.PEER_UDP, '127.0.0.1', () => socket.close(() => callback(null, 'ok')));
};
