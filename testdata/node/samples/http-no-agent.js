// `http` without an agent, and the handler waits until the connection is closed.
// Left: nothing.
'use strict';

const http = require('node:http');
const { once } = require('node:events');

exports.handler = async () => {
  const request = http.get(process.env.PEER_URL, { agent: false });
  const [response] = await once(request, 'response');
  response.resume();
  await once(request.socket, 'close');
  return 'ok';
};
