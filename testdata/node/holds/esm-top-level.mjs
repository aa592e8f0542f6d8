// ends: top-level await, over before the first event

import { setTimeout as sleep } from 'node:timers/promises';

await sleep(1);

export const handler = async () => 'ok';
