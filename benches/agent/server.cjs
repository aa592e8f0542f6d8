// The server that requests.cjs asks. Prints its port, and ends when stdin ends.
'use strict';

const http = require('node:http');

const server = http.createServer((request, response) => response.end('ok'));
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().once('end', () => process.exit(0));
