// ends: dns.lookupService
'use strict';

const dns = require('node:dns');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  dns.lookupService('127.0.0.1', 80, () => {});
};
