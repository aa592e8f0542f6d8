// ends: scrypt in the thread pool
'use strict';

const crypto = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  crypto.scrypt('a', 'b', 16, { N: 16 }, () => {});
};
