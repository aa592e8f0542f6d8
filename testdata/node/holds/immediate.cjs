// ends: an immediate runs before the turn
'use strict';

exports.handler = () => {
  setImmediate(() => {});
};
