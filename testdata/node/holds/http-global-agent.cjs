// ends: the global agent, answered and idle
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = (event, context, callback) => {
  http.get(`http://127.0.0.1:${env.PEER_HTTP}/`, (response) => {
    response.resume().on('end', () => setTimeout(callback, 20, null, 'ok'));
  });
};
