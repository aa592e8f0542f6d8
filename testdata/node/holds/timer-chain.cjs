// never ends: a timeout that schedules the next
'use strict';

exports.handler = () => {
  (function again() {
    setTimeout(again, 40);
  })();
};
