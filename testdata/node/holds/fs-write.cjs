// ends: a floating write
'use strict';

const fs = require('node:fs');
const { plug } = require('./fixtures/plug.cjs');
const { env } = process;

exports.handler = () => {
  plug();
  fs.writeFile(`${env.HOLDS_FOLDER}/out`, 'x', () => {});
};
