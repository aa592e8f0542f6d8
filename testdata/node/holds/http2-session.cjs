// never ends: an open HTTP/2 session
'use strict';

const http2 = require('node:http2');
const { env } = process;

exports.handler = (event, context, callback) => {
  const session = http2.connect(`http://127.0.0.1:${env.PEER_HTTP2}`);
  session.on('connect', () => {
    session.request({ ':path': '/' }).resume().on('end', () => setTimeout(callback, 30, null, 'ok'));
  });
};
