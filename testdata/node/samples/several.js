// Several things at once, to be looked at with tokio-console.
// Left, and more of each with each invocation: an interval `flush`, which holds the loop for ever; a timer `expire`,
// which holds it for 50 s; an async function `audit`, which waits on a timer of 40 s; an async function `consume`, which
// waits for what nobody does and holds nothing; a server; a request to it that is never answered, which is two sockets
// here, as both ends are; a worker; a child process `sleep`.
'use strict';

const http = require('node:http');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { Worker } = require('node:worker_threads');

exports.handler = async () => {
  setInterval(function flush() {}, 5000);
  setTimeout(function expire() {}, 50_000);
  audit();
  consume();

  const server = http.createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  http.get(`http://127.0.0.1:${server.address().port}/slow`);
  await once(server, 'request');

  new Worker('setInterval(() => {}, 1000)', { eval: true });
  spawn('sleep', ['60'], { stdio: 'ignore' });
  return 'ok';
};

async function audit() {
  await sleep(40_000);
}

async function consume() {
  await new Promise(() => {});
}
