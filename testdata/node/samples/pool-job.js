// A job for libuv's threads whose end nobody awaits.
// Left: 1 job (`crypto.pbkdf2`), which holds the loop for some 200 ms, more on a busy machine.
'use strict';

const crypto = require('node:crypto');

exports.handler = async () => {
  crypto.pbkdf2('secret', 'salt', 400_000, 64, 'sha512', hashed);
  return 'ok';
};

// The answer is held until the job is done.
exports.wait = (event, context, callback) => {
  crypto.pbkdf2('secret', 'salt', 400_000, 64, 'sha512', hashed);
  callback(null, 'ok');
};

function hashed() {}
