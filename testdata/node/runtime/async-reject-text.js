// A promise rejected with text.
'use strict';

exports.handler = async () => {
  throw 'only text';
};
