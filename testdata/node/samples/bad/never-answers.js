// The handler never answers, and an interval keeps the loop busy: the function times out.
'use strict';

exports.handler = async () => {
  setInterval(() => {}, 100);
  await new Promise(() => {});
};
