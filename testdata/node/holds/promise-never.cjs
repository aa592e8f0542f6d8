// ends: a promise that is never settled holds nothing
'use strict';

async function stuck() {
await new Promise(() => {});
}

exports.handler = () => {
  stuck();
};
