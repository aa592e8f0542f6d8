// never ends: TLS put on a socket that was there before
'use strict';

const net = require('node:net');
const tls = require('node:tls');
const { env } = process;

exports.handler = (event, context, callback) => {
  const plain = net.connect(env.PEER_TLS, '127.0.0.1');
  plain.on('connect', () => {
    const socket = tls.connect({ socket: plain, rejectUnauthorized: false });
    socket.on('secureConnect', () => setImmediate(callback, null, 'ok'));
  });
};
