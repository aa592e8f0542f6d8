// HTTP/2 with one session for all invocations, which nobody closes.
// Left: 1 socket, always the same, which holds the loop for ever. No stream is open on it.
'use strict';

const http2 = require('node:http2');
const { once } = require('node:events');

let session;

exports.handler = async () => {
  session ??= http2.connect(process.env.PEER_URL);
  const stream = session.request({ ':path': '/' });
  stream.resume();
  await once(stream, 'close');
  return 'ok';
};
