// ends: stdin looked at, not read
'use strict';

exports.handler = () => {
  return process.stdin.fd;
};
