// A result that JSON has no word for.
'use strict';

exports.handler = async () => () => 1;
