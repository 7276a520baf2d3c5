import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from '../harness/cluster/index.js';
import { Distribution } from '../harness/distribution.js';
import { writeLargeGguf } from '../harness/tiny-gguf.js';

/*
 * One model to 1, 2, 4 and 8 nodes, each a process of its own on this machine. The controller's uplink is limited, so that the
 * network is what is scarce, as it is with real servers, and not the cores that nine processes share here.
 *   cd e2e && npx vitest run --config vitest.bench.config.ts
 */
const MEGABYTE = 1_000_000;
const BYTES = Number(process.env['MODEL_MB'] ?? 1000) * MEGABYTE;
const RATE = Number(process.env['RATE_MB'] ?? 20) * MEGABYTE;
const COUNTS = (process.env['NODES'] ?? '1,2,4,8').split(',').map(Number);

let cluster: Cluster;
let modelId: string;
const distribution = new Distribution(() => cluster);

beforeAll(async () => {
  cluster = await Cluster.start({ agents: Math.max(...COUNTS), gateways: 0 });
  const file = join(cluster.directory, 'import/large.gguf');
  writeLargeGguf(file, BYTES);
  modelId = (await cluster.admin.importModel(file, 'large')).id;
  await distribution.limit(RATE);
}, 600_000);

afterAll(() => cluster.stop());

test.each(COUNTS)('to %i nodes', async (count) => {
  const nodeIds = (await distribution.nodeIds()).slice(0, count);
  const cpu = cpuSeconds();
  const started = performance.now();
  const operation = await distribution.over(await distribution.prefetch(modelId, nodeIds), 1_800_000);
  const seconds = (performance.now() - started) / 1000;
  const used = cpuSeconds() - cpu;
  expect(operation).toMatchObject({ state: 'succeeded', failure: null });
  const holders = await distribution.until(modelId, 'all nodes complete', (now) => now.length === count && now.every(({ state }) => state === 'complete'));
  const fromController = holders.reduce((sum, holder) => sum + holder.fromController, 0);
  const ideal = BYTES / RATE;
  process.stdout.write(
    `${count} node(s): ${seconds.toFixed(1)} s = ${(seconds / ideal).toFixed(2)} × the line alone; the controller sent ${(fromController / BYTES).toFixed(2)} × the model, ` +
      `${(fromController / seconds / MEGABYTE).toFixed(1)} MB/s of ${RATE / MEGABYTE}; control used ${used.toFixed(1)} s of CPU\n`,
  );
  for (const nodeId of nodeIds) await distribution.evict(modelId, nodeId);
  await distribution.until(modelId, 'no node with the model', (now) => now.length === 0);
}, 1_900_000);

/** Of the controller's process since it started. */
function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${cluster.control.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
