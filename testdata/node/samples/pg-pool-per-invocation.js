// A new pool of PostgreSQL connections each time, and nobody ends it.
// Left: 1 socket and the pool's timer of 10 s, one more of each with each invocation.
'use strict';

const { Pool } = require('pg');

exports.handler = async () => {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  const { rows } = await pool.query('SELECT 1 AS one');
  return rows[0].one;
};
