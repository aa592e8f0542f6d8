// The first answer counts, the second is dropped silently.
'use strict';

exports.handler = (event, context, callback) => {
  callback(null, 'first');
  callback(new Error('second'));
  context.done(null, 'third');
};
