// An async function without a value answers null.
'use strict';

exports.handler = async () => {};
