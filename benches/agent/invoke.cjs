// Invokes the handler in the file that is named, once, and prints its answer: the least there can be of a runtime.
'use strict';

const { handler } = require(process.argv[2]);

handler({}).then((answer) => {
  console.log(JSON.stringify(answer));
  process.exit(0);
});
