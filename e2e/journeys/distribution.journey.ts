import { createHash } from 'node:crypto';
import { openSync, createReadStream, readFileSync, readdirSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { RestError } from '../harness/cluster/rest.js';
import { Distribution } from '../harness/distribution.js';
import { writeLargeGguf } from '../harness/tiny-gguf.js';

/** `NODE_KILLS=60 MODEL_MB=2000 RATE_MB=40` is the long form. */
const BYTES = Number(process.env['MODEL_MB'] ?? 80) * 1_000_000;
const RATE = Number(process.env['RATE_MB'] ?? 8) * 1_000_000;
/** Of agents, in turns; the controller is killed with the first and every fourth of them. */
const KILLS = Number(process.env['NODE_KILLS'] ?? 2);

describe('a model on three nodes', () => {
  const cluster = useCluster(() => ({ agents: 3, gateways: 0 }));
  const distribution = new Distribution(cluster);
  let modelId: string;
  let nodeIds: string[];

  beforeAll(async () => {
    const file = join(cluster().directory, 'import/large.gguf');
    writeLargeGguf(file, BYTES);
    modelId = (await cluster().admin.importModel(file, 'large')).id;
    nodeIds = await distribution.nodeIds();
  }, 120_000);

  test('comes mostly from each other, within the limit, through kills of agents and of the controller', async () => {
    await distribution.limit(RATE);
    const started = performance.now();
    const operation = await distribution.prefetch(modelId, nodeIds);
    for (let kill = 0; kill < KILLS; kill++) {
      const wanted = 25_000_000 + (kill / KILLS) * 2.4 * BYTES;
      await distribution.until(modelId, `${wanted} bytes on the nodes`, (holders) => holders.length === 3 && holders.reduce((sum, { bytes }) => sum + bytes, 0) > wanted, 120_000);
      await cluster().agents[(kill + 1) % 3]!.kill9();
      if (kill % 4 !== 0) continue;
      await cluster().control.kill9();
      await cluster().controlReady(30_000);
    }
    expect(await distribution.over(operation, 600_000)).toMatchObject({ state: 'succeeded', failure: null });
    const holders = await distribution.until(modelId, 'three complete copies', (now) => now.length === 3 && now.every(({ state }) => state === 'complete'));
    const seconds = (performance.now() - started) / 1000;
    expect(seconds, 'not faster than the line').toBeGreaterThan((BYTES / RATE) * 0.9);
    const right = await hashOf(join(cluster().directory, 'import/large.gguf'));
    for (const node of ['node-0', 'node-1', 'node-2']) expect(await hashOf(join(copyOf(node), 'large.gguf')), node).toBe(right);
    // What each node counts since its last start.
    expect(holders.reduce((sum, { fromController }) => sum + fromController, 0)).toBeLessThan(BYTES * 2);
    process.stdout.write(`${KILLS} kills of agents, ${Math.ceil(KILLS / 4)} of the controller: three copies of ${BYTES / 1e6} MB right to the byte after ${seconds.toFixed(0)} s\n`);
    expect(holders.some(({ fromNodes }) => fromNodes > 0)).toBe(true);
    await distribution.limit(null);
  }, 1_800_000);

  test('verify finds a flipped byte on a node and fetches it again', async () => {
    const copy = copyOf('node-2');
    const path = join(copy, 'large.gguf');
    const before = readFileSync(path);
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from([before.readUInt8(40_000_000) ^ 1]), 0, 1, 40_000_000);
    closeSync(file);
    const operation = await distribution.over(await distribution.verify(modelId, { library: true, nodeIds }), 120_000);
    expect(operation).toMatchObject({ state: 'succeeded' });
    expect(operation.steps.filter(({ message }) => message.includes('large.gguf'))).toHaveLength(1);
    expect(readFileSync(path).equals(before)).toBe(true);
  }, 180_000);

  test('a copy that is used is not deleted, one that is not is', async () => {
    const service = await cluster().admin.deployAndWait({ name: 'chat', modelId }, 120_000);
    const used = service.instances[0]!.nodeId!;
    await expect(distribution.evict(modelId, used)).rejects.toThrow(/the service chat uses the model/);
    await expect(distribution.evict(modelId, used)).rejects.toBeInstanceOf(RestError);
    const free = nodeIds.find((id) => id !== used)!;
    await distribution.evict(modelId, free);
    await distribution.until(modelId, 'two copies', (holders) => holders.length === 2);
    await cluster().admin.deleteServiceAndWait(service.id);
  }, 180_000);

  test('deleting the model takes it off every node, also off one that was away', async () => {
    const away = cluster().agents[2]!;
    await away.stop('SIGTERM', 20_000);
    await cluster().admin.rest.delete(`/models/${modelId}`);
    await waitFor(() => copies('node-0').length === 0 && copies('node-1').length === 0, { what: 'no copy on the nodes that are there', timeoutMs: 60_000 });
    expect(copies('node-2').length).toBeGreaterThan(0);
    away.start();
    await waitFor(() => copies('node-2').length === 0, { what: 'no copy on the node that came back', timeoutMs: 60_000 });
  }, 180_000);

  async function hashOf(path: string): Promise<string> {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  }

  function copies(node: string): string[] {
    return readdirSync(join(cluster().directory, node, 'models'));
  }

  function copyOf(node: string): string {
    const name = copies(node).find((entry) => /^[0-9a-f]{64}$/.test(entry));
    if (name === undefined) throw new Error(`${node} has no complete copy`);
    return join(cluster().directory, node, 'models', name);
  }
});
