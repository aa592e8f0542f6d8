// ends: a timeout that fires
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 400);
};
