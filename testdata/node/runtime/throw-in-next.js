// A leftover of the first invocation throws in the middle of the second.
'use strict';

let count = 0;
exports.handler = async () => {
  count += 1;
  if (count === 1) {
    setTimeout(() => {
      throw new Error('left by 1');
    }, 600);
    return 1;
  }
  await new Promise((resolve) => setTimeout(resolve, 900));
  return 2;
};
