// An ES module, which awaits and clears everything that it starts.
// Left: nothing.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

await sleep(1);

export const handler = async () => {
  const interval = setInterval(() => {}, 10);
  const [, text] = await Promise.all([sleep(30), readFile(new URL(import.meta.url), 'utf8')]);
  clearInterval(interval);
  return text.length > 0;
};
