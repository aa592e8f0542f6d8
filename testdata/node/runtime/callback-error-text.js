// An error that is only text has no trace.
'use strict';

exports.handler = (event, context, callback) => callback('only text');
