// callback(null, x) with a loop that never empties: the result is lost.
'use strict';

exports.handler = (event, context, callback) => {
  setInterval(() => {}, 50);
  callback(null, 'lost');
};
