// never ends: an HTTP server: its own interval is unref'd
'use strict';

const http = require('node:http');

exports.handler = (event, context, callback) => {
  http.createServer().listen(0, '127.0.0.1', () => callback(null, 'ok'));
};
