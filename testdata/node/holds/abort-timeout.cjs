// ends: AbortSignal.timeout is unref'd
'use strict';

exports.handler = () => {
  AbortSignal.timeout(3600000);
};
