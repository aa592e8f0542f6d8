// It does not load: the module throws.
'use strict';

if (!process.env.TABLE) throw new Error('TABLE is not set');

exports.handler = async () => 'ok';
