// The export may be a path: nested.handlers.main.
'use strict';

exports.handlers = { main: async () => 'nested' };
