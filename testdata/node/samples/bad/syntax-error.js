// It does not load: a syntax error in line 5.
'use strict';

exports.handler = async () => {
  return 'ok;
};
