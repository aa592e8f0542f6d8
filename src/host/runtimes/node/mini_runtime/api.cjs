// The Runtime API as the mini runtime sees it: events come from a pipe, answers go out on the agent's.
//
// Waiting for an event is one thread pool request, as in AWS' client: the loop keeps turning until the
// process is frozen. Posting blocks JavaScript until it is acknowledged, also as there.
'use strict';

const fs = require('fs');
const agent = require('./agent.cjs');

const CHUNK = 64 * 1024;

let buffered = [];
let searchedUpTo = 0;

/** Asks for the next event; the promise is settled from the read's callback. */
function next() {
  agent.send({ t: 'next' });
  return agent.mute(() => new Promise((resolve) => read(resolve)));
}

function read(resolve) {
  const line = takeLine();
  if (line !== null) {
    resolve(JSON.parse(line));
    return;
  }
  agent.mute(() => {
    const buffer = Buffer.allocUnsafe(CHUNK);
    fs.read(agent.events, buffer, 0, CHUNK, null, (error, count) => {
      if (error && (error.code === 'EAGAIN' || error.code === 'EINTR')) {
        agent.mute(() => setTimeout(read, 1, resolve));
        return;
      }
      // The other side is gone: there is nobody left to answer.
      if (error || count === 0) process.exit(0);
      buffered.push(buffer.subarray(0, count));
      read(resolve);
    });
  });
}

/** The first whole line, as text; null while it is incomplete. */
function takeLine() {
  while (searchedUpTo < buffered.length) {
    const chunk = buffered[searchedUpTo];
    const end = chunk.indexOf(10);
    if (end < 0) {
      searchedUpTo += 1;
      continue;
    }
    const line = Buffer.concat([...buffered.slice(0, searchedUpTo), chunk.subarray(0, end)]);
    const rest = chunk.subarray(end + 1);
    buffered = [...(rest.length > 0 ? [rest] : []), ...buffered.slice(searchedUpTo + 1)];
    searchedUpTo = 0;
    return line.toString('utf8');
  }
  return null;
}

function post(message) {
  agent.send(message);
  return agent.ack();
}

/** The runtime's own `setImmediate`. */
function immediate(action) {
  agent.mute(() => setImmediate(action));
}

module.exports = {
  next,
  immediate,
  answer: (req, body) => post({ t: 'answer', req, body }),
  error: (req, body) => post({ t: 'error', req, body }),
  initError: (body) => post({ t: 'init-error', body }),
  streamStart: (req, contentType) => agent.send({ t: 'stream-start', req, contentType }),
  streamChunk: (req, data) => agent.send({ t: 'stream-chunk', req, data: data.toString('base64') }),
  streamCut: (req) => agent.send({ t: 'stream-cut', req }),
  streamEnd: (req, error) => post(error ? { t: 'stream-end', req, error } : { t: 'stream-end', req }),
};
