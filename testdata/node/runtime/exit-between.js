// A leftover calls process.exit(7) after the response.
'use strict';

exports.handler = async () => {
  setTimeout(() => process.exit(7), 60);
  return 'answered';
};
