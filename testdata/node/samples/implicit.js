// Nothing is called and nothing returned. Up to Node 22 that is an answer when the loop is empty,
// null, and then nothing is left. On Node 24 the returned value, null too, is the answer at once.
// Left: up to Node 22 nothing, after 500 ms. On Node 24, 1 timer of 500 ms (`flush`).
'use strict';

exports.handler = () => {
  setTimeout(flush, 500);
};

function flush() {}
