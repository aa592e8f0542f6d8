// callback and promise: the callback came first, so it counts and waits.
'use strict';

exports.handler = async (event, context, callback) => {
  setTimeout(() => {}, 60);
  callback(null, 'callback');
  return 'promise';
};
