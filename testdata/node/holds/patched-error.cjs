// never ends: Error is frozen and patched by the handler
'use strict';

exports.handler = () => {
  Error.prepareStackTrace = () => 'mine';
  Error.stackTraceLimit = 1;
  Object.freeze(Error);
  setTimeout(function frozen() {}, 3600000);
  (async function stuck() {
    await new Promise(() => {});
  })();
};
