// ends: an idle connection of a keep-alive agent is unref'd
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  const agent = new http.Agent({ keepAlive: true });
  http.get({ agent, port: env.PEER_HTTP, host: '127.0.0.1', path: '/' }, (response) => {
    response.resume().on('end', () => setTimeout(callback, 20, null, 'ok'));
  });
};
