// The usual callback handler: answers from a timer, nothing else is left.
'use strict';

exports.handler = (event, context, callback) => {
  setTimeout(() => callback(null, 'later'), 50);
};
