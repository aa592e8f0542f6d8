// ends: a connected and paused socket, with unread data
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  const socket = net.connect(env.PEER_TALKS, '127.0.0.1');
  socket.once('data', () => socket.pause());
  (function wait() {
    // node stops reading when its buffer is full, not when we say pause
    if (socket._handle.reading || socket.bytesRead === 0) setImmediate(wait);
    else callback(null, 'ok');
  })();
};
