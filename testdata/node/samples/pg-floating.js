// A query for whose answer nobody waits. The connection is there already, so only the query is new.
// Left: 1 socket with a query in flight, which holds the loop, and, once the query is answered after
// 600 ms, stays for as long as that of `pg-pool.js`.
'use strict';

const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 1 });

exports.handler = async () => {
  await pool.query('SELECT 1 AS one');
  pool.query('SELECT pg_sleep(0.6)');
  return 'ok';
};
