// never ends: a listening unix socket
'use strict';

const net = require('node:net');
const { env } = process;

exports.handler = (event, context, callback) => {
  net.createServer().listen(`${env.HOLDS_FOLDER}/own.sock`, () => callback(null, 'ok'));
};
