// The mini runtime: runs a Lambda handler the way AWS' client does, over loopcheck's pipes.
//
// Which handler, and which generation of AWS' client to play, comes from the agent.
'use strict';

const agent = require('./agent.cjs');
const client3 = require('./client3.cjs');
const client4 = require('./client4.cjs');
const globals = require('./globals.cjs');
const { load } = require('./load.cjs');

function main() {
  const { runtime } = agent;
  if (!agent.active || !runtime) {
    process.stderr.write('error: this file is started by loopcheck\n');
    process.exitCode = 1;
    return;
  }
  const within = globals.install(runtime.client);
  if (runtime.client === 4) {
    client4.start(() => load(runtime), within);
  } else {
    client3.start(() => load(runtime));
  }
}

main();
