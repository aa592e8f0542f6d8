// ends: a module compiled in the background
'use strict';

exports.handler = async () => {
  await WebAssembly.compile(Buffer.from('0061736d01000000', 'hex'));
};
