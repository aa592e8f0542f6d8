// A plain function that throws: error at once.
'use strict';

exports.handler = () => {
  setInterval(() => {}, 300);
  throw new TypeError('thrown');
};
