// never ends: a handler in an ES module

import { setTimeout as sleep } from 'node:timers/promises';

export const handler = () => {
  sleep(3600000);
};
