// A floating promise that has rejected when the handler returns.
'use strict';

exports.handler = async () => {
  Promise.reject(new Error('floating'));
  return 'x';
};
