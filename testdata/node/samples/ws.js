// A WebSocket that stays open, from `ws`.
// Left: 1 socket, always the same, which holds the loop for ever.
'use strict';

const WebSocket = require('ws');
const { once } = require('node:events');

let socket;

exports.handler = async () => {
  if (!socket) {
    socket = new WebSocket(process.env.PEER_URL.replace('http', 'ws'));
    await once(socket, 'open');
  }
  socket.send('order 1');
  return 'ok';
};
