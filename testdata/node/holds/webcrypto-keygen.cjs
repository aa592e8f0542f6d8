// ends: crypto.subtle.generateKey
'use strict';

const { webcrypto } = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
};
