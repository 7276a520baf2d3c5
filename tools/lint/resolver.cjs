/**
 * Import resolver for the room walls: our sources import each other with the `.js` ending that Node needs,
 * while the files on disk are `.ts`. Without this the walls resolve nothing and are silently off.
 */
const { existsSync } = require('node:fs');
const { dirname, resolve } = require('node:path');

exports.interfaceVersion = 2;
exports.resolve = (source, file) => {
  if (!source.startsWith('.')) return { found: false };
  const target = resolve(dirname(file), source);
  const candidates = [target.replace(/\.js$/, '.ts'), target, `${target}.ts`, `${target}/index.ts`];
  const path = candidates.find((candidate) => /\.[cm]?[jt]s$/.test(candidate) && existsSync(candidate));
  return path === undefined ? { found: false } : { found: true, path };
};
