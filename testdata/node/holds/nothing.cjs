// ends: nothing at all
'use strict';

exports.handler = () => {
  return 'ok';
};
