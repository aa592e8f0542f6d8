// The value of a plain function is ignored up to Node.js 22, and the answer from 24.
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 60);
  return 'value';
};
