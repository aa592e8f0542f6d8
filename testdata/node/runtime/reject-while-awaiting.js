// A rejection nobody handles while the handler awaits.
'use strict';

exports.handler = async () => {
  setTimeout(() => Promise.reject(new Error('while awaiting')), 30);
  await new Promise((resolve) => setTimeout(resolve, 100));
  return 'lost';
};
