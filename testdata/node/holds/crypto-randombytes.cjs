// ends: randomBytes with a callback
'use strict';

const crypto = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  crypto.randomBytes(16, () => {});
};
