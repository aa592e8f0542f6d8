// ends: writing to the standard streams
'use strict';

exports.handler = () => {
  console.log('x');
  console.error('y');
  process.stdout.write('z\n');
};
