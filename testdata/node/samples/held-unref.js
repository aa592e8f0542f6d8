// What runs while the answer is held makes an interval that holds nothing, so the answer leaves and it is frozen.
// Left: 1 interval (`poll`), the same for all invocations. The timer that made it is safe.
'use strict';

let poll;

exports.handler = (event, context, callback) => {
  callback(null, 'ok');
  setTimeout(() => {
    poll ??= setInterval(function poll() {}, 1000).unref();
  }, 50);
};
