// ends: pbkdf2 through util.promisify
'use strict';

const crypto = require('node:crypto');
const { promisify } = require('node:util');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  promisify(crypto.pbkdf2)('a', 'b', 10, 16, 'sha256');
};
