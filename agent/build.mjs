import { build } from 'esbuild';

// One file: a node needs Node and this bundle, nothing else. Names are kept so that stacks stay readable.
const result = await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/agent.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  sourcemap: 'linked',
  // Optional native parts of ssh2 (Docker over SSH), which the agent never uses.
  external: ['cpu-features', '*.node'],
  logLevel: 'warning',
});
for (const [path, output] of Object.entries(result.metafile.outputs)) console.log(`${path} ${Math.round(output.bytes / 1024)} kB`);
