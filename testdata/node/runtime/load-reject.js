// A floating rejection while it is loaded.
'use strict';

Promise.reject(new Error('at load'));
exports.handler = async () => 'x';
