// Finds the handler: loads its file the way AWS' client does and picks the exported function.
//
// Up to Node.js 22 a CommonJS file goes through `require` and a module through `import`; the Node.js 24
// client imports everything. We are given the file with its extension, so nothing has to be guessed.
'use strict';

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const errors = require('./errors.cjs');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/** The handler function of `{file, export, client}`, with what its wrapper said about streaming. */
async function load(runtime) {
  const { file, client } = runtime;
  const name = `${path.basename(file, path.extname(file))}.${runtime.export}`;
  if (typeof runtime.export !== 'string') throw new errors.MalformedHandlerName('Bad handler');
  const module = await loadFile(file, client);
  let handler = pick(module, runtime.export, client);
  if (!handler && usesDefault(file, client) && module && module.default) {
    handler = pick(module.default, runtime.export, client);
  }
  if (!handler) throw new errors.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') throw new errors.HandlerNotFound(`${name} is not a function`);
  return { handler, ...streaming(handler, client) };
}

/** `export` may be a path into nested objects; the newer client does not look into functions for it. */
function pick(object, name, client) {
  const opens = (value) => (client === 4 ? value && typeof value === 'object' : value);
  return name.split('.').reduce((nested, key) => (opens(nested) ? nested[key] : undefined), object);
}

/** An imported CommonJS file has its exports under `default`; TypeScript is ours to support either way. */
function usesDefault(file, client) {
  return client === 4 || /\.[cm]?ts$/.test(file);
}

async function loadFile(file, client) {
  try {
    if (!fs.existsSync(file)) throw missing(file);
    if (importsFile(file, client)) return await import(pathToFileURL(file).href);
    return await requireFile(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw syntaxError(error, client);
    if (error && error.code === 'MODULE_NOT_FOUND') throw new errors.ImportModuleError(error);
    throw error;
  }
}

function importsFile(file, client) {
  const extension = path.extname(file);
  if (client === 4 || extension === '.mjs' || extension === '.mts') return true;
  if (extension === '.js') return isModuleFolder(path.dirname(file));
  // Without a hook (tsx, ts-node) or Node's own type stripping, `import` has the clearer error.
  if (extension === '.ts') return !require.extensions['.ts'] || isModuleFolder(path.dirname(file));
  return false;
}

/** A module with top-level await cannot be required; it has not run when that is found out. */
function requireFile(file) {
  try {
    return require(file);
  } catch (error) {
    const tooLate = error && (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE');
    if (tooLate && path.extname(file) === '.ts') return import(pathToFileURL(file).href);
    throw error;
  }
}

/** Whether the nearest package.json says `"type": "module"`. */
function isModuleFolder(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const description = path.join(folder, 'package.json');
  if (fs.existsSync(description)) {
    try {
      const content = JSON.parse(fs.readFileSync(description, 'utf8'));
      return Boolean(content) && content.type === 'module';
    } catch (error) {
      errors.log(`${description} cannot be read, it is ignored`, error);
      return false;
    }
  }
  const parent = path.dirname(folder);
  return parent !== folder && isModuleFolder(parent);
}

function missing(file) {
  const name = path.basename(file, path.extname(file));
  const error = new Error(`Cannot find module '${name}'\nRequire stack:\n- ${file}`);
  error.code = 'MODULE_NOT_FOUND';
  return error;
}

function syntaxError(cause, client) {
  const error = new errors.UserCodeSyntaxError(cause);
  if (client === 4) error.stack = cause.stack;
  // AWS' client 3 drops the place; the developer needs it.
  else errors.log('Syntax Error', cause);
  return error;
}

function streaming(handler, client) {
  const value = handler[STREAMING];
  const off = client === 4 ? !value : value === undefined || value === null || value === false;
  if (!off && value !== 'response') {
    throw new errors.MalformedStreamingHandler('Only response streaming is supported.');
  }
  const mark = Number.parseInt(handler[HIGH_WATER_MARK], 10);
  return { streaming: !off, highWaterMark: Number.isNaN(mark) ? undefined : mark };
}

module.exports = { load, STREAMING, HIGH_WATER_MARK };
