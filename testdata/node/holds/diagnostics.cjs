// ends: diagnostics channels and finalizers
'use strict';

const diagnostics = require('node:diagnostics_channel');

exports.handler = () => {
  diagnostics.channel('x').subscribe(() => {});
  globalThis.kept = new FinalizationRegistry(() => {});
  kept.register({}, 1);
};
