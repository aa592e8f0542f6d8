// Needs a module that is not there.
'use strict';

require('./not-there');
exports.handler = async () => 1;
