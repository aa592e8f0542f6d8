// ends: armed anew inside its own callback, three times
'use strict';

exports.handler = () => {
  let left = 3;
  const timer = setTimeout(() => --left > 0 && timer.refresh(), 150);
};
