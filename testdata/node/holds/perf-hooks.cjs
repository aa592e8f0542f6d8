// ends: observers and histograms
'use strict';

const { PerformanceObserver, monitorEventLoopDelay, performance } = require('node:perf_hooks');

exports.handler = () => {
  new PerformanceObserver(() => {}).observe({ entryTypes: ['measure'] });
  monitorEventLoopDelay({ resolution: 10 }).enable();
  performance.mark('a');
};
