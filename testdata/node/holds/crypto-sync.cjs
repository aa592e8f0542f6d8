// ends: the synchronous calls make the same records, and hold nothing
'use strict';

const crypto = require('node:crypto');

exports.handler = () => {
  crypto.randomBytes(16);
  crypto.pbkdf2Sync('a', 'b', 10, 16, 'sha256');
  crypto.scryptSync('a', 'b', 16, { N: 16 });
  crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  crypto.webcrypto.getRandomValues(new Uint8Array(16));
  crypto.randomUUID();
  crypto.createHash('sha256').update('x').digest();
};
