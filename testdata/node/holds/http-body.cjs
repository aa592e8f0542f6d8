// ends: headers have come, the body has not
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  http.get({ port: env.PEER_HTTP, host: '127.0.0.1', path: '/body', agent: false }, (response) => {
    response.resume();
    callback(null, 'ok');
  });
};
