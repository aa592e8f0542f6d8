// never ends: a floating request that is never answered
'use strict';

const http = require('node:http');
const { env } = process;

exports.handler = () => {
  http.get({ port: env.PEER_HTTP, host: '127.0.0.1', path: '/never', agent: false });
};
