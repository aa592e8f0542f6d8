// A pool of PostgreSQL connections that lets the process end while they are idle.
// Left: 1 socket, always the same, and the pool's timer of 10 s. Neither holds the loop.
'use strict';

const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, allowExitOnIdle: true });

exports.handler = (event, context, callback) => {
  pool.query('SELECT 1 AS one', (error, result) => callback(error, result?.rows[0].one));
};
