// ends: a floating request
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  http.get({ port: env.PEER_HTTP, host: '127.0.0.1', path: '/late', agent: false }, (response) => response.resume()).on('finish', () => setTimeout(callback, 20, null, 'ok'));
};
