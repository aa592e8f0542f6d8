// ends: one socket for three requests: one item
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  let left = 3;
  (function again() {
    http.get({ agent, port: env.PEER_HTTP, host: '127.0.0.1', path: '/' }, (response) => {
      response.resume().on('end', () => (--left > 0 ? setImmediate(again) : setTimeout(callback, 20, null, 'ok')));
    });
  })();
};
