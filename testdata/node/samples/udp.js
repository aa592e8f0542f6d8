// A UDP socket for metrics, made at module load and bound by the first message.
// Left: 1 UDP socket, always the same, which holds the loop for ever.
'use strict';

const dgram = require('node:dgram');
const { promisify } = require('node:util');

const socket = dgram.createSocket('udp4');
const send = promisify(socket.send.bind(socket));

exports.handler = async () => {
  // Nobody listens on the port for discarded messages, and nobody has to.
  await send('orders:1|c', 9, '127.0.0.1');
  return 'ok';
};
