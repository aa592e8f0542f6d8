// never ends: reading a FIFO through a Pipe
'use strict';

const net = require('node:net');
const fs = require('node:fs');
const { env } = process;

exports.handler = (event, context, callback) => {
  const fd = fs.openSync(env.HOLDS_GATE, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
  new net.Socket({ fd, readable: true, writable: false }).resume();
  setImmediate(callback, null, 'ok');
};
