// A response stream, and a timer that goes on when it has ended.
// Left: 1 timer of 500 ms (`flush`). The caller has the answer; the environment is held for 500 ms,
// unless the flag is false (`nowait`), or on Node 24.
const stream = async (event, stream) => {
  stream.setContentType('text/plain');
  stream.write('one');
  setTimeout(flush, 500);
  stream.end();
};

export const handler = awslambda.streamifyResponse(stream);

export const nowait = awslambda.streamifyResponse(async (event, out, context) => {
  context.callbackWaitsForEmptyEventLoop = false;
  await stream(event, out);
});

function flush() {}
