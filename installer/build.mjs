import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

// Split, so that commands that need no Docker client do not load one.
await build({
  entryPoints: { openstation: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  keepNames: true,
  define: { OPENSTATION_VERSION: JSON.stringify(version) },
  legalComments: 'none',
  sourcemap: 'linked',
  chunkNames: 'chunks/[name]-[hash]',
  // CommonJS dependencies inside an ESM bundle still ask for require and __dirname.
  banner: {
    js: [
      "import { createRequire as makeRequire } from 'node:module';",
      "import { fileURLToPath as pathOfUrl } from 'node:url';",
      'const require = makeRequire(import.meta.url);',
      "const __dirname = pathOfUrl(new URL('.', import.meta.url));",
    ].join('\n'),
  },
  // Optional native parts of ssh2 (Docker over SSH), which is never used here.
  external: ['cpu-features', '*.node'],
  logLevel: 'warning',
});
