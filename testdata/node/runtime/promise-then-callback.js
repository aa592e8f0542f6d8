// promise and late callback: the promise came first.
'use strict';

exports.handler = async (event, context, callback) => {
  setTimeout(() => callback(null, 'callback'), 30);
  return 'promise';
};
