// Throws while it is loaded.
'use strict';

throw new TypeError('at load');
