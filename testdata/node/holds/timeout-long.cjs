// never ends: a timeout due in an hour
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 3600000);
};
