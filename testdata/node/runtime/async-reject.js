// A rejected promise is an error, posted at once.
'use strict';

exports.handler = async () => {
  setInterval(() => {}, 300);
  throw new TypeError('rejected');
};
