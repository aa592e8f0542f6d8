// never ends: an interval
'use strict';

exports.handler = () => {
  setInterval(() => {}, 30);
};
