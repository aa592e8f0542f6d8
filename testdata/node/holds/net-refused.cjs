// ends: a connection that is refused
'use strict';

const net = require('node:net');

exports.handler = () => {
  net.connect(1, '127.0.0.1').on('error', () => {});
};
