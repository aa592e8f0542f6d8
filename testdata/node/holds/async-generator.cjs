// ends: a floating for await over three ticks of an interval
'use strict';

const { setInterval: ticks } = require('node:timers/promises');
async function three() {
let left = 3;
for await (const _ of ticks(150)) if (--left === 0) return;
}

exports.handler = () => {
  three();
};
