// ends: an idle timeout turns never-ending into finite
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = net.connect(env.PEER_QUIET, '127.0.0.1');
  socket.setTimeout(400, () => socket.destroy());
  socket.on('connect', () => callback(null, 'ok'));
};
