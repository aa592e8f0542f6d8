// ends: fs.stat waits for the thread pool
'use strict';

const fs = require('node:fs');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  fs.stat(__filename, () => {});
};
