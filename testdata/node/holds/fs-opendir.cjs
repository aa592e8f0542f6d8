// ends: a directory read entry by entry
'use strict';

const fs = require('node:fs');

exports.handler = async () => {
  for await (const entry of await fs.promises.opendir(__dirname)) if (entry.isDirectory()) break;
};
