// ends: crypto.subtle.digest
'use strict';

const { webcrypto } = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  webcrypto.subtle.digest('SHA-256', new Uint8Array(16));
};
