// The export is not a function.
'use strict';

exports.handler = 42;
