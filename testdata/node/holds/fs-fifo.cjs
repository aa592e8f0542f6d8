// ends: an open that waits for somebody to write to a FIFO
'use strict';

const { plug } = require('./fixtures/plug.cjs');

exports.handler = () => {
  plug();
};
