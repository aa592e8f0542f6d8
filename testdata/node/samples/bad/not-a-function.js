// What it exports as `handler` is no function.
'use strict';

exports.handler = 'ok';
