// It exports no `handler`.
'use strict';

exports.handle = async () => 'ok';
