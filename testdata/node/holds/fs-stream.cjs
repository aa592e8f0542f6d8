// ends: a read stream that has just begun
'use strict';

const fs = require('node:fs');
const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
  fs.createReadStream(__filename).resume();
};
