// The AWS SDK, version 3, with one client for all invocations.
// Left: 1 idle connection, always the same. It does not hold the loop.
'use strict';

const { S3Client, GetObjectCommand } = require('@aws-sdk/client-s3');

const client = new S3Client({
  endpoint: process.env.PEER_URL,
  forcePathStyle: true,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

exports.handler = async () => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'orders', Key: '1' }));
  return Body.transformToString();
};
