// The errors Lambda reports: their names, and how a thrown value becomes the body of an error report.
//
// The two generations of AWS' client differ in small ways (what counts as an error, what happens to
// one without a stack), so the reader of `describe` says which one it plays.
'use strict';

const { types } = require('util');
const { writeSync } = require('fs');

const UNREADABLE =
  'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack';

/** An error class whose `name` is what Lambda shows as `errorType`. */
function named(name, construct) {
  const type = class extends Error {
    constructor(...args) {
      super(...(construct ? [construct(...args)] : args));
    }
  };
  type.prototype.name = `Runtime.${name}`;
  return type;
}

const ImportModuleError = named('ImportModuleError', String);
const HandlerNotFound = named('HandlerNotFound');
const MalformedHandlerName = named('MalformedHandlerName');
const MalformedStreamingHandler = named('MalformedStreamingHandler');
const InvalidStreamingOperation = named('InvalidStreamingOperation');
const UserCodeSyntaxError = named('UserCodeSyntaxError', String);
const JSONStringifyError = named('JSONStringifyError', () => 'Unable to stringify response body');
const CallbackHandlerDeprecated = named('CallbackHandlerDeprecated');

class UnhandledPromiseRejection extends Error {
  constructor(reason, promise) {
    super(reason);
    this.reason = reason;
    this.promise = promise;
  }
}
UnhandledPromiseRejection.prototype.name = 'Runtime.UnhandledPromiseRejection';

/** DEL would not survive the header that Lambda copies the text into. */
function clean(text) {
  return text.replace(/\x7F/g, '%7F');
}

function looksLikeError(value) {
  return ['name', 'message', 'stack'].every((key) => typeof value[key] === 'string' && value[key] !== '');
}

/** What the client of Node.js 22 and before sends for `error`. */
function describe3(error) {
  try {
    if (types.isNativeError(error) || (error && looksLikeError(error))) {
      return {
        errorType: error.name === null || error.name === undefined ? undefined : clean(error.name),
        errorMessage: error.message === null || error.message === undefined ? undefined : clean(error.message),
        trace: clean(error.stack).split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: UNREADABLE };
  }
}

/** What the client of Node.js 24 sends for `error`. */
function describe4(error) {
  try {
    if (error instanceof Error) {
      const { name, message, stack } = error;
      return {
        errorType: name === null || name === undefined ? undefined : clean(name),
        errorMessage: message === null || message === undefined ? undefined : clean(message),
        trace: stack === null || stack === undefined ? [] : clean(stack).split('\n'),
      };
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  } catch {
    return { errorType: 'handled', errorMessage: UNREADABLE, trace: [] };
  }
}

/** Tells the developer about `error` on stderr, straight to the descriptor: `console` would open a handle. */
function log(what, error) {
  let text;
  try {
    text = error instanceof Error ? String(error.stack || error) : String(error);
  } catch {
    text = 'an error that cannot be shown';
  }
  try {
    writeSync(2, `${what}\t${text}\n`);
  } catch {
    // Nobody listens: the report still carries the error.
  }
}

module.exports = {
  CallbackHandlerDeprecated,
  HandlerNotFound,
  ImportModuleError,
  InvalidStreamingOperation,
  JSONStringifyError,
  MalformedHandlerName,
  MalformedStreamingHandler,
  UnhandledPromiseRejection,
  UserCodeSyntaxError,
  describe3,
  describe4,
  log,
};
