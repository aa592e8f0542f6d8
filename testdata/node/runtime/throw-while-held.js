// An error nobody catches while the response is held.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(() => {
    throw new Error('while held');
  }, 30);
  callback(null, 'lost');
};
