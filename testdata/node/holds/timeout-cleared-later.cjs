// ends: a timeout that clears another
'use strict';

exports.handler = () => {
  const far = setTimeout(() => {}, 3600000);
  setTimeout(() => clearTimeout(far), 400);
};
