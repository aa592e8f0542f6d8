// ends: a UDP socket that was never bound
'use strict';

const dgram = require('node:dgram');

exports.handler = () => {
  dgram.createSocket('udp4');
};
