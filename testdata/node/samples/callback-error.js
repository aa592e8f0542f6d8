// An error leaves at once: the flag only counts for a result.
// Left: 1 timer of 500 ms (`flush`), for which nobody waits.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(flush, 500);
  callback(new Error('no such order'));
};

function flush() {}
