// What it answers cannot be written as JSON: an error is the answer.
'use strict';

exports.handler = async () => {
  const order = { id: 1 };
  order.self = order;
  return order;
};
