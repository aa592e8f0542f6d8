// The handler's promise is rejected: an error is the answer.
// Left: nothing.
'use strict';

exports.handler = async () => {
  throw new TypeError('no such order');
};
