// ends: an interval that clears itself
'use strict';

exports.handler = () => {
  let left = 3;
  const timer = setInterval(() => --left === 0 && clearInterval(timer), 150);
};
