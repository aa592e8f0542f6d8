// A UDP socket for one datagram, closed. Its `close` event comes before libuv has closed it.
// Left: nothing.
'use strict';

const { createSocket } = require('node:dgram');
const { once } = require('node:events');

exports.handler = async () => {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send('sent', 9, '127.0.0.1', resolve));
  socket.close();
  await once(socket, 'close');
  return 'ok';
};
