// ends: an unref'd immediate
'use strict';

exports.handler = () => {
  setImmediate(() => {}).unref();
};
