import { openSync, readFileSync, readdirSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { RestError } from '../harness/cluster/rest.js';
import { Distribution } from '../harness/distribution.js';
import { writeLargeGguf } from '../harness/tiny-gguf.js';

const BYTES = 80_000_000;
const RATE = 8_000_000;

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

  test('comes mostly from each other, within the limit, through a kill -9 of an agent and of the controller', async () => {
    await distribution.limit(RATE);
    const started = performance.now();
    const operation = await distribution.prefetch(modelId, nodeIds);
    const victim = cluster().agents[1]!;
    await distribution.until(modelId, 'a piece on every node', (holders) => holders.length === 3 && holders.every(({ bytes }) => bytes > 8_000_000), 90_000);
    await victim.kill9();
    await cluster().control.kill9();
    await cluster().controlReady(30_000);
    expect(await distribution.over(operation, 120_000)).toMatchObject({ state: 'succeeded', failure: null });
    const holders = await distribution.until(modelId, 'three complete copies', (now) => now.length === 3 && now.every(({ state }) => state === 'complete'));
    expect((performance.now() - started) / 1000, 'not faster than the line').toBeGreaterThan((BYTES / RATE) * 0.9);
    expect(holders.reduce((sum, { fromController }) => sum + fromController, 0)).toBeLessThan(BYTES * 2);
    expect(holders.some(({ fromNodes }) => fromNodes > 0)).toBe(true);
    await distribution.limit(null);
  }, 300_000);

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

  function copies(node: string): string[] {
    return readdirSync(join(cluster().directory, node, 'models'));
  }

  function copyOf(node: string): string {
    const name = copies(node).find((entry) => /^[0-9a-f]{64}$/.test(entry));
    if (name === undefined) throw new Error(`${node} has no complete copy`);
    return join(cluster().directory, node, 'models', name);
  }
});
