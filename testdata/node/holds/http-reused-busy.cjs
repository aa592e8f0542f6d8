// ends: a second request in flight on a reused socket
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path, then) => http.get({ agent, port: env.PEER_HTTP, host: '127.0.0.1', path }, (response) => response.resume().on('end', then));
  get('/', () => {
    setTimeout(() => {
      get('/late', () => {});
      setTimeout(callback, 20, null, 'ok');
    }, 20);
  });
};
