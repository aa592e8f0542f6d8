// process.exit(5) while it is loaded.
'use strict';

process.exit(5);
