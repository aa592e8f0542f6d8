// ends: an unref'd timeout holds nothing
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 3600000).unref();
};
