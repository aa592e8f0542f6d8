// Does the agent tell the truth about what holds the event loop? Runs the handlers of holds/ and compares with beforeExit.
//
//   node truth.cjs --node /path/to/node [--check holds.tsv] [handler...]
//
// Nothing is judged by a clock. At `empty` (beforeExit) no record may claim to hold. While probes are answered, some record
// must: a probe is heard only by a loop that something else keeps turning. What a handler waits for is let go only after
// its `turn` mark (thread pool of one, plugged by a FIFO; peers of ours that answer late), so what is seen there does not
// depend on how fast the machine is. A handler says in its first line whether it `ends` or `never ends`.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn, execFileSync } = require('node:child_process');
const { peers } = require('./truth-peers.cjs');

const HERE = __dirname;
const AGENT = path.join(HERE, '../../src/host/runtimes/node/agent/agent.cjs');
const HOLDS = path.join(HERE, 'holds');
const PROBES = 12; // answered ones, until "never ends" is believed
const SILENT = 4; // answered ones in a row without anything that holds: a contradiction
const PROBE_MS = 20;
const PATIENCE_MS = 30000; // a hang of the test itself

class Seen {
  constructor() {
    this.records = new Map();
    this.turn = null;
    this.silent = 0;
    this.probes = 0;
    this.complaints = [];
  }

  take(event) {
    for (const record of event.new) this.records.set(record.id, record);
    for (const [id, facts] of event.chg) Object.assign(this.records.get(id).f, facts);
    for (const [id] of event.end) if (!this.records.delete(id)) this.complaints.push(`end of unknown record ${id}`);
    const holding = [...this.records.values()].filter((record) => record.f.holds);
    for (const unseen of event.audit?.unseen ?? []) this.complaints.push(`audit: unseen ${JSON.stringify(unseen)} at ${event.mark}`);
    if (event.mark === 'turn') this.turn = types(holding);
    if (event.mark === 'empty' && holding.length > 0) this.complaints.push(`the loop is empty, but ${types(holding)} holds`);
    if (event.mark === 'probe') {
      this.probes++;
      this.silent = holding.length > 0 ? 0 : this.silent + 1;
      if (this.silent === SILENT) this.complaints.push('the loop goes on, but nothing holds');
    }
  }
}

function types(records) {
  const counts = new Map();
  for (const { type } of records) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort().map(([type, count]) => (count > 1 ? `${type}*${count}` : type)).join(',') || '-';
}

function lines(stream, heard) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (text) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    for (const part of parts) heard(JSON.parse(part));
  });
}

async function run(node, handler) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'holds-'));
  const gate = path.join(folder, 'gate');
  execFileSync('mkfifo', [gate]);
  const side = await peers(folder);
  const neverEnds = fs.readFileSync(path.join(HOLDS, handler), 'utf8').startsWith('// never ends');
  const seen = new Seen();
  const child = spawn(node, [path.join(HERE, 'truth-runner.cjs'), path.join(HOLDS, handler)], {
    detached: true, // a group of its own, so that the children it starts end with it
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH, ...side.env, HOLDS_GATE: gate, HOLDS_FOLDER: folder, HOLDS_AGENT: AGENT, UV_THREADPOOL_SIZE: '1',
      LOOPCHECK_FDS: '3,4,5,6', NODE_OPTIONS: `--require ${AGENT}`,
    },
  });
  let output = '';
  let opened = -1;
  let isDone = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  for (const fd of [4, 5, 6]) child.stdio[fd].on('error', () => {});

  const truth = await new Promise((resolve) => {
    const patience = setTimeout(resolve, PATIENCE_MS, 'hangs');
    const finish = (word) => {
      isDone = true;
      clearTimeout(patience);
      resolve(word);
    };
    const probe = () => {
      if (!isDone) child.stdio[5].write(`{"t":"probe","seq":${seen.probes + 1}}\n`);
    };
    lines(child.stdio[3], (message) => {
      if (message.t === 'completed') child.stdio[4].write('{"t":"ack"}\n');
      if (message.t === 'fault') seen.complaints.push(`fault in ${message.where}: ${message.message}`);
      if (message.t !== 'ev') return;
      if (process.env.HOLDS_TRACE) process.stderr.write(`${JSON.stringify(message)}\n`);
      seen.take(message);
      if (message.mark === 'turn') {
        opened = fs.openSync(gate, fs.constants.O_RDWR);
        side.release();
        setTimeout(probe, PROBE_MS);
      } else if (message.mark === 'empty') finish('empties');
      else if (message.mark === 'probe') {
        if (neverEnds && seen.probes >= PROBES) finish('held');
        else setTimeout(probe, PROBE_MS);
      }
    });
    child.on('exit', (code, signal) => finish(`exit ${code ?? signal}`));
  });
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended, and left nobody
  }
  await new Promise((resolve) => (child.exitCode !== null || child.signalCode !== null ? resolve() : child.on('exit', resolve)));
  if (opened >= 0) fs.closeSync(opened);
  side.close();
  fs.rmSync(folder, { recursive: true, force: true });
  if (truth !== 'empties' && truth !== 'held') seen.complaints.push(`${truth}\n${output}`);
  if (truth === 'held' !== neverEnds) seen.complaints.push(`its first line says otherwise: ${truth}`);
  return { turn: seen.turn ?? '?', truth, complaints: seen.complaints };
}

// handler, then one column per major: what holds at `turn`, and the truth.
function expected(file, major) {
  const [head, ...rows] = fs.readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split('\t'));
  const column = head.indexOf(major);
  return new Map(rows.map((row) => [row[0], row[column]]));
}

async function main() {
  const words = process.argv.slice(2);
  let node = process.execPath;
  let table = null;
  const chosen = [];
  while (words.length > 0) {
    const word = words.shift();
    if (word === '--node') node = words.shift();
    else if (word === '--check') table = words.shift();
    else chosen.push(path.basename(word));
  }
  const major = execFileSync(node, ['-p', 'process.versions.node.split(".")[0]'], { encoding: 'utf8' }).trim();
  const wanted = table === null ? null : expected(table, major);
  const all = fs.readdirSync(HOLDS).filter((name) => /\.[cm]js$/.test(name)).sort();
  const handlers = chosen.length > 0 ? chosen : all;
  let isGood = true;
  for (const handler of handlers) {
    const { turn, truth, complaints } = await run(node, handler);
    const cell = `${turn} ${truth}`;
    if (wanted !== null && wanted.get(handler) !== cell) complaints.push(`expected ${wanted.get(handler)}, got ${cell}`);
    process.stdout.write(`${handler}\t${turn}\t${truth}\n`);
    for (const complaint of complaints) {
      isGood = false;
      process.stderr.write(`node ${major}: ${handler}: ${complaint}\n`);
    }
  }
  process.exitCode = isGood ? 0 : 1;
}

main();
