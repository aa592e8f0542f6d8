// context.fail reports the error at once.
'use strict';

exports.handler = (event, context) => {
  setInterval(() => {}, 300);
  context.fail(new RangeError('f'));
};
