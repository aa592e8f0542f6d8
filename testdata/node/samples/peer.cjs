// What the samples talk to: a server for HTTP, HTTP/2 without TLS and WebSockets on a free loopback
// port, which takes any other connection too. It prints its address, `127.0.0.1:PORT`, and ends when stdin ends.
// It answers every request with `ok`, keeps connections alive for as long as it lives, and takes
// 400 ms for `/slow`.
'use strict';

const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const { WebSocketServer } = require('ws');

const server = http.createServer((request, response) => {
  request.resume();
  const answer = () => response.end('ok');
  request.once('end', () => (request.url.startsWith('/slow') ? setTimeout(answer, 400) : answer()));
});

// None of its own limits may close a connection under test.
server.keepAliveTimeout = 0;
server.headersTimeout = 0;
server.requestTimeout = 0;

new WebSocketServer({ server });

const server2 = http2.createServer((request, response) => response.end('ok'));

// A client of HTTP/2 begins with `PRI *`. Its server wants a connection that nobody has read from.
const listener = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (start) => {
    socket.pause();
    if (start.toString('latin1').startsWith('PRI *')) {
      const { port } = server2.address();
      const inner = net.connect(port, '127.0.0.1');
      inner.on('error', () => socket.destroy());
      inner.write(start);
      socket.pipe(inner).pipe(socket);
      return;
    }
    socket.unshift(start);
    server.emit('connection', socket);
    socket.resume();
  });
});

server2.listen(0, '127.0.0.1', () => {
  listener.listen(0, '127.0.0.1', () => {
    const { address, port } = listener.address();
    console.log(`${address}:${port}`);
  });
});

process.stdin.resume().once('end', () => process.exit(0));
