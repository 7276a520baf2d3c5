import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Throughput and CPU of a download on loopback, against `aria2c -x4` and `curl` in the same run, alternating:
 *   node controller/control/bench/download.mjs [MB] [rounds] [directory]
 * All fetch the same file from the hub emulator, which generates it. Ours also syncs, hashes what lies on the disk and
 * keeps its map; its time is given up to the last byte and up to the checked file.
 */
const megabytes = Number(process.argv[2] ?? 1000);
const rounds = Number(process.argv[3] ?? 3);
const parent = process.argv[4] ?? tmpdir();
const root = join(import.meta.dirname, '../../..');
const work = mkdtempSync(join(parent, 'openstation-bench-'));
// Beside the built product, where packages are found.
const bundle = join(import.meta.dirname, '../dist/bench-download.mjs');
await build({ stdin: { contents: "export { ModelFetch } from './src/downloads/fetch/model-fetch.ts'; export { ByteBudget } from './src/downloads/fetch/byte-budget.ts'; export { ModelScope } from './src/hubs/modelscope.ts'; export { SafeHttp } from './src/hubs/safe-http.ts';", resolveDir: join(import.meta.dirname, '..'), loader: 'ts' }, outfile: bundle, bundle: true, platform: 'node', format: 'esm', target: 'node24', packages: 'external', tsconfigRaw: { compilerOptions: { experimentalDecorators: true } }, logLevel: 'error' });

const hub = spawn(process.execPath, [join(root, 'e2e/harness/hub/main.ts'), '--until-stdin-ends'], { stdio: ['pipe', 'pipe', 'inherit'] });
const [line] = await once(hub.stdout, 'data');
const address = line.toString().trim();
const bytes = megabytes * 1e6;
await fetch(`${address}/_control/repository`, { method: 'POST', body: JSON.stringify({ id: 'noise/bench', files: [{ path: 'noise.bin', bytes, seed: 'bench' }] }) });
const url = `${address}/api/v1/models/noise/bench/repo?FilePath=noise.bin`;
await (await fetch(`${address}/api/v1/models/noise/bench/repo/files?Recursive=True`)).arrayBuffer();

const ours = `
import { ModelFetch, ByteBudget, ModelScope, SafeHttp } from ${JSON.stringify(bundle)};
const hub = new ModelScope(new SafeHttp({ trustedHosts: [], userAgent: 'bench' }), () => ({ base: new URL(${JSON.stringify(address)}), token: null }));
const signal = new AbortController().signal;
const files = await hub.list('noise/bench', 'master', signal);
const fetching = new ModelFetch({ hub, repository: 'noise/bench', revision: 'master', files, directory: process.argv[1], connections: 4, budget: new ByteBudget(() => null), stallMs: 30000, log: () => undefined });
const start = performance.now(), before = process.resourceUsage();
let fetched;
const watch = setInterval(() => { if (fetched === undefined && fetching.state.bytesFetched >= files[0].bytes) fetched = performance.now() - start; }, 5);
await fetching.run(signal);
clearInterval(watch);
const { userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(JSON.stringify({ fetched: fetched ?? performance.now() - start, checked: performance.now() - start, cpu: (userCPUTime + systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1e6 }));
process.exit(0);`;
/** Seconds and seconds of CPU of a command, without what its start alone takes. */
const timed = (...command) => {
  const [real, user, system] = execFileSync('bash', ['-c', 'TIMEFORMAT="%R %U %S"; { time "$@" >/dev/null 2>&1; } 2>&1', 'bash', ...command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } }).trim().split(' ').map(Number);
  return { real, cpu: user + system };
};
const measured = (name, command) => {
  const start = timed(command[0], '--version');
  const { real, cpu } = timed(...command);
  return { [name]: real - start.real, [`${name}Cpu`]: (cpu - start.cpu) / (bytes / 1e9) };
};
const rows = [];
for (let round = 0; round < rounds; round++) {
  const row = {};
  const clean = () => { rmSync(join(work, 'out'), { recursive: true, force: true }); };
  const runs = {
    curl: () => { Object.assign(row, measured('curl', ['curl', '-sL', '--create-dirs', '-o', join(work, 'out/curl.bin'), url])); },
    aria2c: () => { Object.assign(row, measured('aria2c', ['aria2c', '-x4', '-s4', '-q', '--file-allocation=none', '-d', join(work, 'out'), '-o', 'aria.bin', url])); },
    ours: () => {
      const { fetched, checked, cpu } = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', ours, join(work, 'out/ours')], { encoding: 'utf8' }));
      Object.assign(row, { ours: fetched / 1000, checked: checked / 1000, oursCpu: cpu / (bytes / 1e9) });
    },
  };
  for (const name of round % 2 === 0 ? ['ours', 'aria2c', 'curl'] : ['curl', 'aria2c', 'ours']) {
    runs[name]();
    clean();
  }
  rows.push(row);
  console.log(`round ${round + 1}: curl ${row.curl.toFixed(2)} s, aria2c -x4 ${row.aria2c.toFixed(2)} s, ours ${row.ours.toFixed(2)} s (checked ${row.checked.toFixed(2)} s); CPU s/GB: curl ${row.curlCpu.toFixed(2)}, aria2c ${row.aria2cCpu.toFixed(2)}, ours with check ${row.oursCpu.toFixed(2)}`);
}
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const rates = Object.fromEntries(['curl', 'aria2c', 'ours', 'checked'].map((key) => [key, bytes / 1e6 / median(rows.map((row) => row[key]))]));
console.log(`median MB/s: ${Object.entries(rates).map(([key, value]) => `${key} ${value.toFixed(0)}`).join(', ')}; ours ÷ the faster of both: ${(rates.ours / Math.max(rates.curl, rates.aria2c)).toFixed(2)}; with check ${(rates.checked / Math.max(rates.curl, rates.aria2c)).toFixed(2)}`);
hub.stdin.end();
rmSync(work, { recursive: true, force: true });
rmSync(bundle, { force: true });
