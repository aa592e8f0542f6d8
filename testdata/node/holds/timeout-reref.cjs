// never ends: unref'd and ref'd again
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 3600000).unref().ref();
};
