// An unreferenced timer does not hold the response.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(() => {}, 10000).unref();
  callback(null, 'a');
};
