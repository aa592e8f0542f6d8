// The wire to loopcheck: blocking writes and reads on inherited pipes, one JSON object per line.
//
// Everything here is synchronous on purpose: an asynchronous write would be a request on the very event loop that we
// measure. fs is captured at load, before the handler can patch it. The probe channel is the one exception: it is an
// unref'd stream, so it hears loopcheck only while something else keeps the loop turning, which is what a probe asks.
'use strict';

const fs = require('node:fs');

const { writeSync, readSync, closeSync } = fs;
const { stringify, parse } = JSON;
const CHUNK = 1 << 16;

// A write end may be shared with a process that made it non-blocking, and its reader may be slow: wait, lose nothing.
const clock = new Int32Array(new SharedArrayBuffer(4));
function pause() {
  Atomics.wait(clock, 0, 0, 1);
}

function writer(fd) {
  let open = true;
  return function write(object) {
    if (!open) return false;
    const bytes = Buffer.from(stringify(object) + '\n', 'utf8');
    let at = 0;
    while (at < bytes.length) {
      try {
        at += writeSync(fd, bytes, at, bytes.length - at);
      } catch (error) {
        if (error.code === 'EAGAIN') pause();
        else if (error.code !== 'EINTR') {
          // EPIPE: loopcheck is gone. The handler must not notice.
          open = false;
          return false;
        }
      }
    }
    return true;
  };
}

// Blocks until one line has come. null: the other side closed, which every caller takes as "go on".
function lineReader(fd) {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let rest = Buffer.alloc(0);
  return function readLine() {
    for (;;) {
      const end = rest.indexOf(10);
      if (end >= 0) {
        const line = rest.toString('utf8', 0, end);
        rest = Buffer.from(rest.subarray(end + 1));
        return parse(line);
      }
      let count;
      try {
        count = readSync(fd, buffer, 0, CHUNK, null);
      } catch (error) {
        if (error.code === 'EAGAIN') pause();
        else if (error.code !== 'EINTR') return null;
        continue;
      }
      if (count === 0) return null;
      rest = Buffer.concat([rest, buffer.subarray(0, count)]);
    }
  };
}

// Calls `heard` with every object that comes while the loop runs. Never holds the loop. The caller mutes its hooks around this.
function listen(fd, heard) {
  const net = require('node:net');
  const socket = new net.Socket({ fd, readable: true, writable: false });
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (text) => {
    rest += text;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 1);
      heard(parse(line));
    }
  });
  socket.unref();
  return socket;
}

module.exports = { writer, lineReader, listen, close: closeSync };
