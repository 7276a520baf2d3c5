import { parseArgs } from 'node:util';
import { build } from 'esbuild';

// Without arguments: the agent of a checkout, in dist/. For an archive its version and the keys whose releases it will
// take are built in; nobody can give it others afterwards.
const { values } = parseArgs({ options: { outfile: { type: 'string' }, version: { type: 'string' }, 'release-key': { type: 'string', multiple: true } } });
const released = values.version !== undefined;

// One file: a node needs Node and this bundle, nothing else. Names are kept so that stacks stay readable.
const result = await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ['src/main.ts'],
  outfile: values.outfile ?? 'dist/agent.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  ...(released ? {} : { sourcemap: 'linked' }),
  ...(released ? { define: { OPENSTATION_RELEASE_VERSION: JSON.stringify(values.version), OPENSTATION_RELEASE_KEYS: JSON.stringify(values['release-key'] ?? []) } } : {}),
  // Docker over SSH, which the agent never uses, is a quarter of the Docker client.
  alias: { ssh2: './src/driver/docker/no-ssh.cjs' },
  // A daemon that mostly waits: small young generation, lean code, and only the lighter of the two optimising compilers
  // (the heavier one costs 7 MB as soon as anything is warm). Set before anything else is loaded.
  banner: { js: ['--max-semi-space-size=2', '--optimize-for-size', '--no-turbofan'].map((flag) => `require('node:v8').setFlagsFromString('${flag}');`).join('') },
  logLevel: 'warning',
});
for (const [path, output] of Object.entries(result.metafile.outputs)) console.log(`${path} ${Math.round(output.bytes / 1024)} kB`);
