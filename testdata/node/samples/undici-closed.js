// An Agent of undici for one request, closed. undici's own clock ticks on for a while.
// Left: nothing.
'use strict';

const { Agent, request } = require('undici');

exports.handler = async () => {
  const agent = new Agent();
  const { body } = await request(process.env.PEER_URL, { dispatcher: agent });
  await body.text();
  await agent.close();
  return 'ok';
};
