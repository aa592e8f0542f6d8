// The callback is called at once, and the loop is never empty: the answer never leaves.
// Left: 1 interval of 200 ms (`poll`), so the answer is held until the function times out.
'use strict';

exports.handler = (event, context, callback) => {
  setInterval(poll, 200);
  callback(null, 'ok');
};

function poll() {}
