// A promise that never settles, and nothing left to wait for.
'use strict';

exports.handler = async () => {
  await new Promise(() => {});
};
