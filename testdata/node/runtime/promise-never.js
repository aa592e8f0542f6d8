// A plain function whose promise never settles.
'use strict';

exports.handler = () => new Promise(() => {});
