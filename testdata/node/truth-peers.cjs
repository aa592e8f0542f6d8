// The other ends: peers on loopback that do nothing, answer, or answer only after release(). One set per handler.
'use strict';

const dgram = require('node:dgram');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');
const tls = require('node:tls');

const FIXTURES = path.join(__dirname, 'holds/fixtures');
const KEYS = { key: fs.readFileSync(path.join(FIXTURES, 'key.pem')), cert: fs.readFileSync(path.join(FIXTURES, 'cert.pem')) };

async function peers(folder) {
  const sockets = new Set();
  const waiting = [];
  let isOpen = false;
  const later = (action) => (isOpen ? action() : waiting.push(action));
  const keep = (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const serve = (request, response) => {
    const answer = () => response.end('ok');
    if (request.url === '/late') later(answer);
    else if (request.url === '/body') {
      response.write('first');
      later(answer);
    } else if (request.url !== '/never') answer();
  };
  const quiet = net.createServer((socket) => socket.resume());
  const servers = {
    PEER_QUIET: quiet,
    PEER_ENDS: net.createServer({ allowHalfOpen: true }, (socket) => socket.resume().end()),
    PEER_TALKS: net.createServer((socket) => socket.write(Buffer.alloc(1 << 20)) || socket.resume()),
    PEER_DEAF: net.createServer({ pauseOnConnect: true }, () => {}),
    PEER_LATE: net.createServer((socket) => later(() => socket.resume().end('bye'))),
    PEER_HTTP: http.createServer({ keepAliveTimeout: 60000 }, serve),
    PEER_TLS: tls.createServer(KEYS, (socket) => keep(socket.resume())),
    PEER_HTTPS: https.createServer({ ...KEYS, keepAliveTimeout: 60000 }, serve),
    PEER_HTTP2: http2.createServer((request, response) => serve(request, response)),
  };
  const unix = path.join(folder, 'peer.sock');
  const local = net.createServer((socket) => keep(socket.resume())).listen(unix);
  const udp = dgram.createSocket('udp4');
  const env = { PEER_UNIX: unix };
  await new Promise((resolve) => udp.bind(0, '127.0.0.1', resolve));
  env.PEER_UDP = String(udp.address().port);
  for (const [name, server] of Object.entries(servers)) {
    server.on('connection', keep);
    server.on('tlsClientError', () => {});
    server.on('sessionError', () => {});
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    env[name] = String(server.address().port);
  }
  return {
    env,
    release() {
      isOpen = true;
      for (const action of waiting.splice(0)) action();
    },
    close() {
      for (const server of [...Object.values(servers), local]) server.close();
      for (const socket of sockets) socket.destroy();
      udp.close();
    },
  };
}

module.exports = { peers };
