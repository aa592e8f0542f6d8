// node-redis, connected by the first invocation.
// Left: 1 socket, always the same, which holds the loop for ever.
'use strict';

const { createClient } = require('redis');

const client = createClient({ url: process.env.REDIS_URL });
client.on('error', (error) => console.error(error));

exports.handler = async () => {
  if (!client.isOpen) await client.connect();
  return client.incr('visits');
};
