// never ends: an immediate that schedules the next
'use strict';

exports.handler = () => {
  (function again() {
    setImmediate(again);
  })();
};
