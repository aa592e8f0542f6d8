// ioredis, which connects by itself as soon as it is made: at module load.
// Left: 1 socket, always the same, which holds the loop for ever.
'use strict';

const Redis = require('ioredis');

const client = new Redis(process.env.REDIS_URL);

exports.handler = async () => client.incr('visits');
