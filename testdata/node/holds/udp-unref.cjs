// ends: bound and unref'd
'use strict';

const dgram = require('node:dgram');

exports.handler = (event, context, callback) => {
  const socket = dgram.createSocket('udp4').unref();
  socket.bind(0, '127.0.0.1', () => callback(null, 'ok'));
};
