// ends: generateKeyPair
'use strict';

const crypto = require('node:crypto');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  crypto.generateKeyPair('ec', { namedCurve: 'P-256' }, () => {});
};
