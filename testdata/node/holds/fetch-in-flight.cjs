// ends: a floating fetch
'use strict';

const { env } = process;

exports.handler = async () => {
  await (await fetch(`http://127.0.0.1:${env.PEER_HTTP}/`)).text();
  fetch(`http://127.0.0.1:${env.PEER_HTTP}/late`).then((response) => response.text());
  await new Promise((resolve) => setTimeout(resolve, 30));
};
