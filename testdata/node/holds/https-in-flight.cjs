// ends: a floating request over TLS
'use strict';

const https = require('node:https');
const { env } = process;

exports.handler = (event, context, callback) => {
  https.get({ agent: false, rejectUnauthorized: false, port: env.PEER_HTTPS, host: '127.0.0.1', path: '/body' }, (response) => {
    response.resume();
    callback(null, 'ok');
  });
};
