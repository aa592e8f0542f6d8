// never ends: connect() called, not even started at the answer
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = () => {
  net.connect(env.PEER_QUIET, '127.0.0.1');
};
