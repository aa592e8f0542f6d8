// A plain function that returns a promise.
'use strict';

exports.handler = () => {
  setInterval(() => {}, 300);
  return new Promise((resolve) => setTimeout(resolve, 20, 'p'));
};
