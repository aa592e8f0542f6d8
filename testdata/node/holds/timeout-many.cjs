// never ends: a thousand timeouts
'use strict';

exports.handler = () => {
  for (let i = 0; i < 1000; i++) setTimeout(() => {}, 3600000 + i);
};
