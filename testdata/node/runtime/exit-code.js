// process.exit(3) while the handler awaits.
'use strict';

exports.handler = async () => {
  setTimeout(() => process.exit(3), 20);
  await new Promise((resolve) => setTimeout(resolve, 200));
};
