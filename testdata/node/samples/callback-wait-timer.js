// The callback is called at once, the answer leaves when the loop is empty.
// Left: 1 timer of 500 ms (`flush`), so the answer is held for 500 ms.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(flush, 500);
  callback(null, 'ok');
};

function flush() {}
