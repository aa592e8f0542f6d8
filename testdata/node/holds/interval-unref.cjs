// ends: an unref'd interval
'use strict';

exports.handler = () => {
  setInterval(() => {}, 30).unref();
};
