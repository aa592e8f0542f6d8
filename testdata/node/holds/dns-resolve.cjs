// ends: a query to a server that does not answer: c-ares gives up in the end
'use strict';

const dns = require('node:dns');
const { env } = process;

exports.handler = () => {
  const resolver = new dns.Resolver({ timeout: 400, tries: 1 });
  resolver.setServers([`127.0.0.1:${env.PEER_UDP}`]);
  resolver.resolve4('example.org', () => {});
};
