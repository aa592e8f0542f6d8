// A UDP socket for each invocation, never closed. The system gives each another port.
// Left: 1 UDP socket, one more with each invocation, which holds the loop for ever.
'use strict';

const { createSocket } = require('node:dgram');

exports.handler = async () => {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.send('sent', 9, '127.0.0.1', resolve));
  return 'ok';
};
