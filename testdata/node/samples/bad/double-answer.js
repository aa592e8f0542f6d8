// The callback is called three times: the first answer counts, `one`.
// Left: 1 timer of 100 ms (`again`), so the answer is held for 100 ms.
'use strict';

exports.handler = (event, context, callback) => {
  const again = () => callback(null, 'three');
  setTimeout(again, 100);
  callback(null, 'one');
  callback(new Error('two'));
};
