// A request for whose answer nobody waits. The server takes 400 ms for it.
// Left: 1 socket with a request in flight, which holds the loop for 400 ms, and is closed then.
'use strict';

const http = require('node:http');

exports.handler = async () => {
  report();
  return 'ok';
};

// The answer is held for 400 ms.
exports.wait = (event, context, callback) => {
  report();
  callback(null, 'ok');
};

function report() {
  const request = http.get(`${process.env.PEER_URL}/slow`, { agent: false });
  request.once('response', (response) => response.resume());
}
