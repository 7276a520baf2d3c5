import { waitFor } from '@openstation/kit';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import type { ModelView } from '../harness/cluster/views.js';
import { Distribution } from '../harness/distribution.js';
import { writeLargeGguf } from '../harness/tiny-gguf.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

const BYTES = 20_000_000;

describe('a model that lies on a node', () => {
  const cluster = useCluster(() => ({ agents: 2, gateways: 0 }));
  const distribution = new Distribution(cluster);
  let nodeIds: string[];
  let folder: string;

  beforeAll(async () => {
    folder = join(cluster().directory, 'node-0/import');
    mkdirSync(folder);
    nodeIds = await Promise.all(['node-0', 'node-1'].map(async (name) => (await cluster().admin.nodes()).find((node) => node.name === name)!.id));
  }, 60_000);

  const rest = () => cluster().admin.rest;
  async function register(path: string, name: string): Promise<ModelView> {
    const { model } = await rest().post<{ model: ModelView }>('/models/import', { path, name, nodeId: nodeIds[0], mode: 'in-place' });
    return waitFor(async () => {
      const now = await rest().get<ModelView>(`/models/${model.id}`);
      if (now.state === 'failed') throw new Error(now.failure ?? 'failed');
      return now.state === 'ready' ? now : undefined;
    }, { what: `registration of ${name}`, timeoutMs: 30_000, everyMs: 50 });
  }
  const copies = (node: string) => readdirSync(join(cluster().directory, node, 'models')).filter((entry) => /^[0-9a-f]{64}$/.test(entry));

  test('is looked at, registered where it lies, served there, and given to another node', async () => {
    const file = join(folder, 'large.gguf');
    writeLargeGguf(file, BYTES);
    expect(await rest().post('/models/inspect', { path: file, nodeId: nodeIds[0] })).toMatchObject({ importable: true, format: 'gguf', suggestedName: 'large' });
    const { id } = await register(file, 'large');
    expect(await rest().get(`/models/${id}`)).toMatchObject({ inPlace: true, inPlaceNodeId: nodeIds[0] });
    expect(await distribution.until(id, 'the place', (holders) => holders.length === 1)).toMatchObject([{ nodeId: nodeIds[0], state: 'in-place' }]);

    const there = await cluster().admin.deployAndWait({ name: 'there', modelId: id, nodeIds: [nodeIds[0]!] }, 60_000);
    expect(there.instances.map(({ nodeId }) => nodeId)).toEqual([nodeIds[0]]);
    expect(copies('node-0'), 'nothing was copied').toEqual([]);

    expect(await distribution.over(await distribution.prefetch(id, [nodeIds[1]!]), 60_000)).toMatchObject({ state: 'succeeded' });
    const [copy] = copies('node-1');
    expect(readFileSync(join(cluster().directory, 'node-1/models', copy ?? '', 'large.gguf')).equals(readFileSync(file))).toBe(true);
    const holders = await distribution.until(id, 'both copies', (now) => now.some(({ nodeId, state }) => nodeId === nodeIds[1] && state === 'complete'));
    expect(holders.find(({ nodeId }) => nodeId === nodeIds[1])).toMatchObject({ fromController: 0 });

    await cluster().admin.deleteServiceAndWait(there.id);
    await rest().delete(`/models/${id}`);
    await waitFor(() => copies('node-1').length === 0 || undefined, { what: 'no copy on the other node', timeoutMs: 30_000 });
    expect(existsSync(file), 'the file of the node stays').toBe(true);
  }, 180_000);

  test('of a directory takes what belongs to it and nothing beside', async () => {
    const directory = writeTinySafetensors(join(folder, 'tiny'));
    writeFileSync(join(directory, 'pytorch_model.bin'), 'pickled');
    writeFileSync(join(directory, 'training.log'), 'epoch 1');
    const { id } = await register(directory, 'tiny');
    const { files } = await rest().get<{ files: { path: string }[] }>(`/models/${id}/files`);
    expect(files.map(({ path }) => path).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(await distribution.until(id, 'the place', (holders) => holders.length === 1)).toMatchObject([{ nodeId: nodeIds[0], state: 'in-place' }]);
    expect(await distribution.over(await distribution.prefetch(id, [nodeIds[1]!]), 60_000)).toMatchObject({ state: 'succeeded' });
    expect(readdirSync(join(cluster().directory, 'node-1/models', copies('node-1')[0] ?? '')).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    await rest().delete(`/models/${id}`);
  }, 120_000);

  test('is known again when the agent was killed, and refused when its file was changed', async () => {
    const file = join(folder, 'changing.gguf');
    writeLargeGguf(file, 1_000_000);
    const { id } = await register(file, 'changing');
    await cluster().agents[0]!.kill9();
    await cluster().agentHealthy('node-0');
    await distribution.until(id, 'the place', (holders) => holders.length === 1 && holders[0]?.state === 'in-place');
    writeLargeGguf(file, 1_000_000);
    const damaged = await distribution.over(await distribution.verify(id, { library: false, nodeIds: [nodeIds[0]!] }), 60_000);
    expect(damaged.steps.some(({ message }) => message.includes('changing.gguf')) || damaged.state === 'failed').toBe(true);
    const { id: service } = await cluster().admin.deploy({ name: 'never', modelId: id, nodeIds: [nodeIds[0]!] });
    await waitFor(async () => JSON.stringify(await cluster().admin.service(service)).includes('changing.gguf') || undefined, { what: 'the reason on the service', timeoutMs: 60_000, everyMs: 200 });
    await cluster().admin.deleteServiceAndWait(service);
    await rest().delete(`/models/${id}`);
  }, 180_000);

  test('is refused outside the roots of the node’s policy, with a reason', async () => {
    writeFileSync(join(cluster().directory, 'node-0/outside.gguf'), 'x');
    for (const path of [join(cluster().directory, 'node-0/outside.gguf'), join(folder, '../outside.gguf'), '/etc']) {
      await expect(rest().post('/models/inspect', { path, nodeId: nodeIds[0] })).rejects.toThrow(/not inside the model roots of this node/);
    }
  }, 60_000);
});
