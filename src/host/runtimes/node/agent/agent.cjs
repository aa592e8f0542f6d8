// The agent: preloaded into the handler's process, it tells loopcheck what is pending at each mark of an invocation.
//
// It holds nothing that it measures: no timer, no referenced handle, and no listener on the process unless it was asked to
// say who left what fails. In every process and thread
// but the one loopcheck started it is inert, and no error of its own reaches the handler. Each fact it relies on
// stands in the file that uses it, and testdata/node/truth.cjs checks them against every Node version.
'use strict';

const INERT = {
  active: false, runtime: null, events: -1,
  mute: (body) => body(), send() {}, ack: () => null,
  ready() {}, begin() {}, respond() {}, turn() {}, freeze() {}, empty() {}, fault() {}, watchRejections() {},
};

const SETTINGS = ['LOOPCHECK_FDS', 'LOOPCHECK_NODE_OPTIONS', 'LOOPCHECK_RUNTIME', 'LOOPCHECK_RIC', 'LOOPCHECK_ERRORS', 'LOOPCHECK_PROXY'];

// Read once and deleted, so that children and workers stay inert. Nothing else goes: what marks the handler's family has to
// reach every process that it starts, or a daemon that has left the group would be nobody's.
function takeSettings() {
  const { env } = process;
  const [fds, options, runtime, client, errors, proxy] = SETTINGS.map((name) => env[name]);
  if (fds === undefined) return null;
  for (const name of SETTINGS) delete env[name];
  if (options === undefined) delete env.NODE_OPTIONS;
  else env.NODE_OPTIONS = options;
  return { fds, options, runtime, client, errors, proxy };
}

function start(settings) {
  const [up, acks, probe, events] = settings.fds.split(',').map(Number);
  const pipe = require('./pipe.cjs');
  const clock = require('./clock.cjs');
  const hooks = require('./hooks.cjs');
  const context = require('./context.cjs');
  const marks = require('./marks.cjs');
  const audit = require('./audit.cjs');
  const { AsyncResource, executionAsyncId } = require('node:async_hooks');

  const send = pipe.writer(up);
  const ack = pipe.lineReader(acks);
  const ours = [up, acks, probe, events];
  let on = true;

  function off(where, error) {
    on = false;
    send({ t: 'fault', where, message: String((error && error.stack) || error) });
  }

  // Nothing that goes wrong in here is the handler's business.
  function guarded(where, body) {
    if (!on) return;
    try {
      hooks.mute(body);
    } catch (error) {
      hooks.fail(where, error);
    }
  }

  function mark(name, about, isAudited = false) {
    guarded(name, () => {
      const event = marks.take(name, about);
      if (isAudited) event.audit = audit.take(ours, hooks.runtimeHandles());
      send(event);
    });
  }

  function newRoot() {
    const mine = new AsyncResource('loopcheck', { requireManualDestroy: true });
    return context.startRoot(mine.asyncId() + 1);
  }

  // Node runs these listeners in the context of what has failed.
  function uncaught(kind) {
    guarded('uncaught', () => send({ t: 'uncaught', kind, inv: context.here(executionAsyncId()).root.inv }));
  }

  function watchErrors() {
    process.on('uncaughtExceptionMonitor', (error, origin) => uncaught(origin === 'unhandledRejection' ? 'rejection' : 'exception'));
    process.on('exit', () => uncaught('exit'));
  }

  if (settings.client !== undefined) marks.knowClient(settings.client);
  send({ t: 'hello', v: 1, node: process.versions.node, pid: process.pid, t0: clock.origin() });
  clock.sample();
  try {
    pipe.listen(probe, (message) => mark('probe', { seq: message.seq }));
    hooks.start(off);
    if (settings.errors === '1') watchErrors();
    if (settings.proxy !== undefined) require('./proxy.cjs').start(JSON.parse(settings.proxy));
  } catch (error) {
    off('start', error);
  }

  return {
    active: true,
    runtime: settings.runtime === undefined ? null : JSON.parse(settings.runtime),
    events,
    mute: hooks.muteRuntime,
    send,
    ack,
    ready() {
      mark('ready');
      guarded('ready', newRoot);
    },
    begin({ inv }) {
      guarded('begin', () => {
        context.root().inv = inv;
        context.adopt();
        hooks.refill();
        clock.sample();
      });
    },
    respond({ req, mode }) {
      const at = clock.round(clock.now());
      mark('response', { req });
      send({ t: 'completed', req, mode, at });
      ack();
    },
    turn: (about) => mark('turn', about, true),
    freeze(about) {
      mark('freeze', about, true);
      guarded('freeze', newRoot);
    },
    empty: (about) => mark('empty', about),
    fault: (where, error) => (on ? hooks.fail(where, error) : undefined),
    // Only where the client listens too: a listener alone would keep the process alive.
    watchRejections() {
      if (settings.errors === '1') process.prependListener('unhandledRejection', () => uncaught('rejection'));
    },
  };
}

function load() {
  const settings = require('node:worker_threads').isMainThread ? takeSettings() : null;
  if (settings === null) return INERT;
  return { ...start(settings), client: settings.client !== undefined };
}

module.exports = load();
if (module.exports.client) require('./ric.cjs');
