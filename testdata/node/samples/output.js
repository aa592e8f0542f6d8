// Two megabytes of output, which take longer to be read than to be written.
// Left: nothing.
'use strict';

exports.handler = async () => {
  for (let i = 0; i < 20000; i++) console.log(`line ${i} ${'.'.repeat(80)}`);
  return 'ok';
};
