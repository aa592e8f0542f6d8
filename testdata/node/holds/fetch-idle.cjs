// ends: fetch, answered: the pooled connection is unref'd
'use strict';

const { env } = process;

exports.handler = async () => {
  await (await fetch(`http://127.0.0.1:${env.PEER_HTTP}/`)).text();
};
