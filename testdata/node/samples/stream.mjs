// A response stream, in three parts.
// Left: nothing.
import { setTimeout as sleep } from 'node:timers/promises';

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/plain');
  for (const part of ['one ', 'two ', 'three']) {
    stream.write(part);
    await sleep(20);
  }
  stream.end();
});
