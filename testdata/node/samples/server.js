// A server that nobody closes.
// Left: 1 listening socket, always the same, which holds the loop for ever. The timer that Node's
// own server has beside it does not hold the loop and is no item of the handler.
'use strict';

const http = require('node:http');
const { once } = require('node:events');

const server = http.createServer((request, response) => response.end('ok'));

exports.handler = async () => {
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return 'ok';
};
