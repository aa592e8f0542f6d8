// A plain function that calls nothing and leaves an interval.
'use strict';

exports.handler = () => {
  setInterval(() => {}, 50);
};
