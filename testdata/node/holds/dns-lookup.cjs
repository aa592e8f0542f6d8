// ends: dns.lookup waits for the thread pool
'use strict';

const dns = require('node:dns');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  dns.lookup('localhost', () => {});
};
