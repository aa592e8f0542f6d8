// An HTTP-heavy handler: 500 requests, one after the other, over one keep-alive connection to SERVER_PORT.
// Its answer is what they took.
'use strict';

const http = require('node:http');
const { measured } = require('./measured.cjs');

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const options = { agent, host: '127.0.0.1', port: process.env.SERVER_PORT };

exports.handler = measured(async () => {
  for (let i = 0; i < 500; i += 1) await get();
});

function get() {
  return new Promise((resolve, reject) => {
    const request = http.get(options, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    request.once('error', reject);
  });
}
