// ends: fs.promises.readFile
'use strict';

const fs = require('node:fs');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  fs.promises.readFile(__filename);
};
