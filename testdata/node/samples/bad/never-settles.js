// The handler never answers, and the loop is empty. Up to Node 22 the answer is null; on Node 24
// the process ends, with exit status 0 and without a response.
'use strict';

exports.handler = async () => {
  await new Promise(() => {});
};
