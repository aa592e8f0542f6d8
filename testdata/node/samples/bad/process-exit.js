// The handler ends the process: exit status 3, no response.
'use strict';

exports.handler = async () => {
  process.exit(3);
};
