// callback(null, x) holds the response until the loop is empty.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(() => {}, 100);
  callback(null, 'a');
};
