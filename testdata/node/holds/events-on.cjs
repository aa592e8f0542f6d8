// ends: EventEmitter.on and once, awaited by nobody
'use strict';

const { EventEmitter, on, once } = require('node:events');

exports.handler = () => {
  const emitter = new EventEmitter();
  on(emitter, 'x').next();
  once(emitter, 'y');
  emitter.on('z', () => {});
};
