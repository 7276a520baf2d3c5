import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * Two steps: the compiler writes `dist/` (it alone emits the decorator metadata Nest needs), then everything that
 * `dist/run.js` loads, packages included, becomes that one file. One file instead of some 1,500 starts in half the
 * time, which is how long the console is away after a crash.
 */
execFileSync('npx', ['tsc', '-p', 'tsconfig.json'], { stdio: 'inherit' });

/** Loaded as they are: native code, and what finds its parts by path at run time. */
const LEFT_OUTSIDE = new Set(['better-sqlite3', '@node-rs/argon2', 'mysql2', 'pino', '@grpc/grpc-js']);

await build({
  entryPoints: ['dist/run.js'],
  outfile: 'dist/run.js',
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  // Optional speed-ups of ssh2, which does without them.
  external: ['*.node'],
  logOverride: { 'direct-eval': 'silent' },
  // CommonJS packages inside an ES module still ask for these.
  banner: { js: "import { createRequire as bundleRequire } from 'node:module';\nconst require = bundleRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;" },
  plugins: [{ name: 'outside', setup: (bundler) => bundler.onResolve({ filter: /^[^./]/ }, outside) }],
});

// What runs on servers that become nodes goes along, so that a built checkout is all there is to it.
cpSync('../../installer/node-payload', 'dist/node-payload', { recursive: true });

/** Databases and transports nobody installed are optional parts of their packages: asked for only when configured. */
function outside({ path, resolveDir }) {
  const name = path.startsWith('@') ? path.split('/').slice(0, 2).join('/') : path.split('/', 1)[0];
  if (path.startsWith('node:')) return { path, external: true };
  if (LEFT_OUTSIDE.has(name)) return { path, external: true };
  try {
    createRequire(`${resolveDir}/`).resolve(path);
    return undefined;
  } catch (error) {
    return error.code === 'MODULE_NOT_FOUND' ? { path, external: true } : undefined;
  }
}
