// never ends: a bound UDP socket
'use strict';

const dgram = require('node:dgram');

exports.handler = (event, context, callback) => {
  dgram.createSocket('udp4').bind(0, '127.0.0.1', () => callback(null, 'ok'));
};
