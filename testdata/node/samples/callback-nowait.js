// A pool of one connection, and `callbackWaitsForEmptyEventLoop = false`, which is what it is for.
// Left: 1 socket to PEER_ADDR, always the same. It would hold the loop for ever; nobody waits.
'use strict';

const net = require('node:net');

let connection;

exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = false;
  connect((error) => callback(error, 'ok'));
};

function connect(done) {
  if (connection) return done();
  const [, host, port] = /^(.*):(\d+)$/.exec(process.env.PEER_ADDR);
  connection = net.connect(Number(port), host);
  connection.once('connect', () => done());
  connection.once('error', done);
}
