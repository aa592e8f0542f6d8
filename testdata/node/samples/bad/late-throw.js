// What goes on after the answer throws, after 100 ms, and the process ends with that.
// Left: 1 timer of 100 ms (`publish`).
'use strict';

exports.handler = async () => {
  setTimeout(publish, 100);
  return 'ok';
};

function publish() {
  throw new Error('the topic is gone');
}
