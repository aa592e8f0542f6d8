// `context.done` says that it is over, and both kinds of timers go on.
// Left: 1 timer of 500 ms (`refresh`), and 1 interval of 100 ms (`poll`), of which each
// invocation makes one more.
'use strict';

exports.handler = (event, context) => {
  setTimeout(refresh, 500);
  setInterval(poll, 100);
  context.done(null, 'ok');
};

function refresh() {}

function poll() {}
