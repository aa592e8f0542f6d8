// `context.fail` answers with an error, and an interval goes on.
// Left: 1 interval of 100 ms (`poll`), one more with each invocation.
'use strict';

exports.handler = (event, context) => {
  setInterval(poll, 100);
  context.fail(new Error('no such order'));
};

function poll() {}
