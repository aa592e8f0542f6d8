// One pool of PostgreSQL connections for all invocations, as it should be.
// Left, whichever way it ends: 1 socket, always the same, and the pool's timer of 10 s, which
// closes it when nobody has used it; each use makes a new one. Both hold the loop.
'use strict';

const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE_URL });

exports.handler = async () => {
  const { rows } = await pool.query('SELECT 1 AS one');
  return rows[0].one;
};

// The answer is held for 10 s, or until the function times out.
exports.wait = (event, context, callback) => {
  pool.query('SELECT 1 AS one', (error, result) => callback(error, result?.rows[0].one));
};

exports.nowait = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  pool.query('SELECT 1 AS one', (error, result) => callback(error, result?.rows[0].one));
};
