// ends: an open FileHandle holds nothing
'use strict';

const fs = require('node:fs');

exports.handler = async () => {
  globalThis.kept = await fs.promises.open(__filename);
};
