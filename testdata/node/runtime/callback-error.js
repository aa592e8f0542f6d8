// callback(err) never waits, whatever the flag says.
'use strict';

exports.handler = (event, context, callback) => {
  setInterval(() => {}, 300);
  callback(new TypeError('no'));
};
