// A file that is read as a blob. Node reads it piece by piece without calling back into JavaScript.
// Left by `handler`: 1 `blob.arrayBuffer`, which holds the loop. Left by `awaited`: nothing. Node 20 and later.
'use strict';

const { openAsBlob, truncateSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const file = join(tmpdir(), `loopcheck-blob-${process.pid}`);
writeFileSync(file, '');
truncateSync(file, 64 << 20);
process.on('exit', () => require('node:fs').rmSync(file, { force: true }));

exports.handler = async () => {
  const blob = await openAsBlob(file);
  blob.arrayBuffer().then(() => {});
  return 'ok';
};

exports.awaited = async () => {
  const blob = await openAsBlob(__filename);
  await blob.text();
  return 'ok';
};
