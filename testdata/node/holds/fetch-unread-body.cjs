// ends: a body nobody reads to its end
'use strict';

const { env } = process;

exports.handler = async () => {
  await fetch(`http://127.0.0.1:${env.PEER_HTTP}/body`);
};
