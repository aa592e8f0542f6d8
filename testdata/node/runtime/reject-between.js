// A leftover rejects between two invocations.
'use strict';

let count = 0;
exports.handler = async () => {
  count += 1;
  if (count === 1) setTimeout(() => Promise.reject(new Error('left by 1')), 60);
  return count;
};
