// Wraps a handler: it answers with the milliseconds it took, by the clock and of the processor.
'use strict';

exports.measured = (handler) => async () => {
  const before = process.cpuUsage();
  const start = performance.now();
  await handler();
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1000, wall };
};
