// Leads the connections to one peer to loopcheck's proxy, which breaks them during a freeze.
//
// Every TCP connection of Node's, of node:http, node:tls and fetch too, is made by `connect` of net.Socket. Changed there,
// and in a copy of the options, nobody above it knows: names of TLS and HTTP stay those of the peer.
'use strict';

const net = require('node:net');

const LOCAL = ['localhost', '127.0.0.1', '::1'];

function bare(host) {
  return String(host).replace(/^\[|\]$/g, '').toLowerCase();
}

function isHost(host, peer) {
  return bare(host) === bare(peer) || (LOCAL.includes(bare(host)) && LOCAL.includes(bare(peer)));
}

/** The arguments of `connect` as they are to be; `given` is (options), (port, host) or Node's own normalized list. */
function redirect(given, { host, port, to }) {
  const [first, second] = given;
  const isPeer = (wanted, at) => Number(wanted) === port && isHost(at || 'localhost', host);
  const isObject = (value) => value !== null && typeof value === 'object';
  const moved = (options) => (isObject(options) && !options.path && isPeer(options.port, options.host) ? { ...options, ...to } : options);
  if (Array.isArray(first)) {
    first[0] = moved(first[0]);
    return given;
  }
  if (isObject(first)) return [moved(first), ...given.slice(1)];
  const hasHost = typeof second === 'string';
  return isPeer(first, hasHost ? second : undefined) ? [to.port, to.host, ...given.slice(hasHost ? 2 : 1)] : given;
}

function start(proxied) {
  const { connect } = net.Socket.prototype;
  net.Socket.prototype.connect = function (...given) {
    return Reflect.apply(connect, this, redirect(given, proxied));
  };
}

module.exports = { start };
