// ends: a connected and unref'd socket
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = net.connect(env.PEER_QUIET, '127.0.0.1');
  socket.on('connect', () => callback(null, socket.unref() && 'ok'));
};
