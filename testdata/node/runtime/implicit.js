// A plain function that calls nothing: null when the loop is empty.
'use strict';

exports.handler = () => {
  setTimeout(() => {}, 60);
};
