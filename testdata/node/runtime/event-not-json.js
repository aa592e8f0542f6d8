// The event is not JSON.
'use strict';

exports.handler = async (event) => event;
