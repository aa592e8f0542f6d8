// What the context says, by name and type.
'use strict';

exports.handler = async (event, context) => {
  const types = {};
  for (const name of Object.keys(context).sort()) types[name] = typeof context[name];
  return { ...types, remains: context.getRemainingTimeInMillis() > 0, trace: typeof process.env._X_AMZN_TRACE_ID };
};
