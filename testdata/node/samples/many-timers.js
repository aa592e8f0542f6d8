// Very many timers at once: TIMERS of them, or 20000.
// Left: so many timers of 60 s (`expire`), and as many more with each invocation.
'use strict';

const TIMERS = Number(process.env.TIMERS ?? 20_000);

exports.handler = async () => {
  for (let i = 0; i < TIMERS; i += 1) setTimeout(expire, 60_000);
  return TIMERS;
};

function expire() {}
