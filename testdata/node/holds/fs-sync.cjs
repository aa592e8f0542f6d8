// ends: synchronous calls leave nothing
'use strict';

const fs = require('node:fs');

exports.handler = () => {
  fs.readFileSync(__filename);
  fs.statSync(__filename);
};
