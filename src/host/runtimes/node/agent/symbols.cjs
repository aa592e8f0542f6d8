// Node keeps some facts under private symbols of its handles and sockets. Found by description, once each.
'use strict';

const found = new Map();

function get(object, description) {
  if (object === null || (typeof object !== 'object' && typeof object !== 'function')) return undefined;
  let symbol = found.get(description);
  if (symbol === undefined) {
    symbol = Object.getOwnPropertySymbols(object).find((each) => each.description === description);
    if (symbol === undefined) return undefined;
    found.set(description, symbol);
  }
  return object[symbol];
}

module.exports = { get };
