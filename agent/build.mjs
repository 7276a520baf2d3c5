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
  // Docker over SSH, which the agent never uses, is a quarter of the Docker client.
  alias: { ssh2: './src/driver/docker/no-ssh.cjs' },
  // A daemon that mostly waits: small young generation, lean code. Set before anything else is loaded.
  banner: { js: "require('node:v8').setFlagsFromString('--max-semi-space-size=2');require('node:v8').setFlagsFromString('--optimize-for-size');" },
  logLevel: 'warning',
});
for (const [path, output] of Object.entries(result.metafile.outputs)) console.log(`${path} ${Math.round(output.bytes / 1024)} kB`);
