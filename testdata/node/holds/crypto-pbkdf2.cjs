// ends: pbkdf2 in the thread pool
'use strict';

const crypto = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  crypto.pbkdf2('a', 'b', 10, 16, 'sha256', () => {});
};
