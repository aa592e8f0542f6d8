// ends: dns.promises.lookup
'use strict';

const dns = require('node:dns');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  dns.promises.lookup('localhost').catch(() => {});
};
