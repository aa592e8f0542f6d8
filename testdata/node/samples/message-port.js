// A message port with a listener.
// Left: 1 port, one more with each invocation, which holds the loop for ever. The other end of the
// channel has no listener and does not hold it.
'use strict';

exports.handler = async () => {
  const { port1 } = new MessageChannel();
  port1.on('message', () => {});
  return 'ok';
};
