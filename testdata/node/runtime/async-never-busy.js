// A promise that never settles while an interval runs.
'use strict';

exports.handler = async () => {
  setInterval(() => {}, 50);
  await new Promise(() => {});
};
