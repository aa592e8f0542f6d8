// A result that JSON cannot say, from a promise.
'use strict';

exports.handler = async () => {
  const result = {};
  result.self = result;
  return result;
};
