// What each async_hooks type is to us: which kind of record, how deep a stack it needs, and whether it is one shot.
//
// A one-shot ends with its first `before`. Everything that is not named here and that Node itself provides is only a step
// that contexts pass through; a type that Node does not know is native work of an addon.
'use strict';

const { AsyncResource, asyncWrapProviders } = require('node:async_hooks');

const TIMER = 1;
const IMMEDIATE = 2;
const SOCKET = 3;
const SERVER = 4;
const UDP = 5;
const REQUEST = 6;
const JOB = 7;
const CRYPTO = 8;
const ZLIB = 9;
const WORKER = 10;
const CHILD = 11;
const WATCHER = 12;
const PORT = 13;
const LAYER = 14;
const HTTP = 15;
const STEP = 16;

// On the wire.
const NAMES = ['', 'timer', 'immediate', 'socket', 'server', 'udp', 'request', 'job', 'job', 'job', 'worker', 'child', 'watcher', 'port'];

// undici's connect path is deeper than 32 frames. What public functions make directly needs less.
const DEEP = 64;
const PLAIN = 16;
const DEPTHS = [0, PLAIN, PLAIN, DEEP, DEEP, DEEP, PLAIN, DEEP, DEEP, PLAIN, DEEP, DEEP, DEEP, DEEP, 0, 0, 0];

const types = new Map([
  ['Timeout', TIMER],
  ['Immediate', IMMEDIATE],
  ['TCPWRAP', SOCKET],
  ['PIPEWRAP', SOCKET],
  ['TTYWRAP', SOCKET],
  ['TLSWRAP', LAYER],
  ['TCPSERVERWRAP', SERVER],
  ['PIPESERVERWRAP', SERVER],
  ['UDPWRAP', UDP],
  ['TCPCONNECTWRAP', REQUEST],
  ['PIPECONNECTWRAP', REQUEST],
  ['WRITEWRAP', REQUEST],
  ['SHUTDOWNWRAP', REQUEST],
  ['UDPSENDWRAP', REQUEST],
  ['FSREQCALLBACK', JOB],
  ['FSREQPROMISE', JOB],
  ['FILEHANDLECLOSEREQ', JOB],
  ['GETADDRINFOREQWRAP', JOB],
  ['GETNAMEINFOREQWRAP', JOB],
  ['QUERYWRAP', JOB],
  ['ZLIB', ZLIB],
  ['WORKER', WORKER],
  ['PROCESSWRAP', CHILD],
  ['FSEVENTWRAP', WATCHER],
  ['STATWATCHER', WATCHER],
  ['MESSAGEPORT', PORT],
  ['HTTPCLIENTREQUEST', HTTP],
  ['Microtask', STEP],
]);

for (const type of Object.keys(asyncWrapProviders)) {
  if (!types.has(type)) types.set(type, /^(?!HTTP)[A-Z0-9]+REQUEST$/.test(type) ? CRYPTO : STEP);
}

function kindOf(type, resource) {
  const kind = types.get(type);
  if (kind !== undefined) return kind;
  return resource instanceof AsyncResource ? STEP : JOB;
}

// What a job is called when no public function of Node is seen on its stack.
const JOBS = {
  FSREQCALLBACK: 'fs',
  FSREQPROMISE: 'fs',
  FILEHANDLECLOSEREQ: 'fs.close',
  GETADDRINFOREQWRAP: 'dns.lookup',
  GETNAMEINFOREQWRAP: 'dns.lookupService',
  QUERYWRAP: 'dns.resolve',
};
const CODEC = /^(?:Gzip|Gunzip|Unzip|Deflate|Inflate|Brotli|Zstd)(?!lib)\w*$/;

// "fs.stat": the module and the function through which code outside Node came in.
function jobName(type, kind, { door, nodes }) {
  if (kind === ZLIB) {
    const codec = nodes.find((name) => CODEC.test(name));
    return codec === undefined ? 'zlib' : `zlib.${codec[0].toLowerCase()}${codec.slice(1)}`;
  }
  const bare = JOBS[type] || (kind === CRYPTO ? 'crypto' : type);
  if (kind === JOB && JOBS[type] === undefined) return type;
  // c-ares' functions are called "queryA" within, whatever the code outside calls them.
  if (door === null || door[1] === '' || type === 'FILEHANDLECLOSEREQ' || type === 'QUERYWRAP') return bare;
  const module = bare.split('.')[0];
  const name = door[1].replace(/^(?:new |async |Object\.)+/, '');
  return door[0].includes(module) && /^[A-Za-z]\w*$/.test(name) ? `${module}.${name}` : bare;
}

module.exports = {
  TIMER, IMMEDIATE, SOCKET, SERVER, UDP, REQUEST, JOB, CRYPTO, ZLIB, WORKER, CHILD, WATCHER, PORT, LAYER, HTTP, STEP,
  NAMES, DEPTHS, kindOf, jobName,
};
