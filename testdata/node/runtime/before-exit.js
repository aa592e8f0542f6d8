// Work started by a beforeExit listener of the handler is not waited for.
'use strict';

process.once('beforeExit', () => setTimeout(() => {}, 300));
exports.handler = (event, context, callback) => callback(null, 'a');
