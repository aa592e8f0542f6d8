// A result that JSON cannot say: context.done throws it into the handler.
'use strict';

exports.handler = (event, context) => {
  const result = {};
  result.self = result;
  context.done(null, result);
};
