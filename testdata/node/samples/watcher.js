// A folder that is watched for changes.
// Left: 1 watcher, always the same, which holds the loop for ever.
'use strict';

const fs = require('node:fs');

let watcher;

exports.handler = async () => {
  watcher ??= fs.watch(__dirname);
  return 'ok';
};
