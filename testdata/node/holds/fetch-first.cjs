// ends: the first thing is a floating fetch
'use strict';

const { env } = process;

exports.handler = () => {
  fetch(`http://127.0.0.1:${env.PEER_HTTP}/late`).then((response) => response.text());
};
