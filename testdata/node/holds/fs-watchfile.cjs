// never ends: fs.watchFile
'use strict';

const fs = require('node:fs');
const { env } = process;

exports.handler = () => {
  fs.watchFile(`${env.HOLDS_FOLDER}/missing`, { interval: 50 }, () => {});
};
