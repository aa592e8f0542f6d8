// ends: a TLS socket destroyed
'use strict';

const tls = require('node:tls');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = tls.connect({ port: env.PEER_TLS, host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('secureConnect', () => {
    socket.destroy();
    setTimeout(callback, 30, null, 'ok');
  });
};
