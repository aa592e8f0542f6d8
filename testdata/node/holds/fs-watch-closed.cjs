// ends: fs.watch, closed
'use strict';

const fs = require('node:fs');
const { env } = process;

exports.handler = () => {
  fs.watch(env.HOLDS_FOLDER).close();
};
