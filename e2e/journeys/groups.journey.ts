import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import type { InstanceView, ServiceView } from '../harness/cluster/views.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

/** One instance across several nodes: it starts, fails, is replaced and goes away as one, and leaves its neighbours alone. */
describe('an instance across nodes', () => {
  const cluster = useCluster(() => ({ agents: 3, cards: 2, engine: { kind: 'fake-groups' as const }, script: { loadMs: 100 } }));
  let modelId: string;
  let nodeIds: string[];
  let bystander: ServiceView;
  let bystanderPid: number;

  const enginesOf = (name: string) => cluster().engines().filter(({ model }) => model === name);
  const newest = async (id: string): Promise<InstanceView> => (await cluster().admin.service(id)).instances.filter(({ desired }) => desired === 'run').at(-1)!;
  const replaced = (service: ServiceView, before: string) =>
    waitFor(async () => {
      const now = await newest(service.id);
      return now && now.id !== before && now.ready && now;
    }, { what: 'a whole new group', timeoutMs: 60_000, everyMs: 100 });

  beforeAll(async () => {
    const { admin, directory } = cluster();
    writeTinySafetensors(join(directory, 'import/wide'));
    modelId = (await admin.importModel(join(directory, 'import/wide'), 'wide')).id;
    nodeIds = (await admin.nodes()).sort((a, b) => a.name.localeCompare(b.name)).map(({ id }) => id);
    await waitFor(async () => (await admin.rest.get<{ inventory: { engines: unknown[] } | null }[]>('/nodes')).every(({ inventory }) => inventory !== null), { what: 'inventories', timeoutMs: 10_000 });
    bystander = await admin.deployAndWait({ name: 'bystander', modelId: (await admin.importModel(cluster().modelFile, 'tiny')).id, nodeIds: [nodeIds[1]!] });
    bystanderPid = enginesOf('bystander')[0]!.pid;
  }, 120_000);

  const untouched = async () => {
    expect(enginesOf('bystander').map(({ pid }) => pid)).toEqual([bystanderPid]);
    expect((await cluster().admin.service(bystander.id)).instances[0]).toMatchObject({ id: bystander.instances[0]!.id, ready: true });
  };

  test.each([2, 3])('starts over %i nodes, the first one is the head, and answers', async (size) => {
    const { admin, gatewayUrls } = cluster();
    const name = `over-${size}`;
    const service = await admin.deployAndWait({ name, modelId, mode: 'distributed', nodeIds: nodeIds.slice(0, size) });
    const [instance] = service.instances;
    expect(instance?.members.map(({ rank, nodeId, state }) => [rank, nodeId, state])).toEqual(nodeIds.slice(0, size).map((nodeId, rank) => [rank, nodeId, 'running']));
    expect(instance).toMatchObject({ nodeId: nodeIds[0], state: 'running', ready: true });
    expect(enginesOf(name).map(({ rank }) => rank).sort()).toEqual(Array.from({ length: size }, (_, rank) => rank));
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey(`user-${size}`));
    await waitFor(async () => (await client.models.list()).data.some(({ id }) => id === name), { what: 'its route', timeoutMs: 5000 });
    expect((await streamChat(client, name)).text.length).toBeGreaterThan(0);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf(name)).toEqual([]);
    await untouched();
  }, 120_000);

  test.each([1, 0])('a rank %i that is killed takes the others with it, blind as they are, and all are replaced', async (rank) => {
    const { admin } = cluster();
    await cluster().scriptEngines({ loadMs: 100, rankBlind: true });
    const name = `killed-${rank}`;
    const service = await admin.deployAndWait({ name, modelId, mode: 'distributed', nodeIds: nodeIds.slice(0, 2) });
    const before = await newest(service.id);
    const old = enginesOf(name);
    process.kill(old.find((engine) => engine.rank === rank)!.pid, 'SIGKILL');
    const after = await replaced(service, before.id);
    expect(after.members).toHaveLength(2);
    const now = enginesOf(name).map(({ pid }) => pid);
    expect(now).toHaveLength(2);
    expect(now.filter((pid) => old.some((engine) => engine.pid === pid))).toEqual([]);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf(name)).toEqual([]);
    await untouched();
  }, 120_000);

  test('a silent node makes the group unknown, not dead; with its agent it is known again', async () => {
    const { admin, agents } = cluster();
    const service = await admin.deployAndWait({ name: 'silent', modelId, mode: 'distributed', nodeIds: nodeIds.slice(0, 2) });
    const before = enginesOf('silent').map(({ pid }) => pid).sort();
    const agent = agents[1]!;
    await agent.stop('SIGTERM', 10_000);
    await waitFor(async () => (await newest(service.id)).unknown, { what: 'unknown', timeoutMs: 70_000, everyMs: 500 });
    expect(await newest(service.id)).toMatchObject({ state: 'running', health: 'unknown' });
    agent.start();
    await waitFor(async () => !(await newest(service.id)).unknown, { what: 'known again', timeoutMs: 30_000, everyMs: 200 });
    expect(enginesOf('silent').map(({ pid }) => pid).sort()).toEqual(before);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('silent')).toEqual([]);
    await untouched();
  }, 180_000);

  test('a rank lost while its node is away: the group ends everywhere else and starts again where it can; the node cleans up when it is back', async () => {
    const { admin, agents } = cluster();
    await cluster().scriptEngines({ loadMs: 100, rankBlind: false });
    const service = await admin.deployAndWait({ name: 'lost', modelId, mode: 'distributed', nodeIds: [] });
    const before = await newest(service.id);
    const lostNode = before.members.find(({ rank }) => rank === 1)!;
    const agent = agents[nodeIds.indexOf(lostNode.nodeId)]!;
    await agent.stop('SIGTERM', 10_000);
    process.kill(enginesOf('lost').find(({ rank }) => rank === 1)!.pid, 'SIGKILL');
    await waitFor(async () => (await admin.nodes()).find(({ id }) => id === lostNode.nodeId)?.state !== 'healthy', { what: 'silence', timeoutMs: 60_000, everyMs: 200 });
    const after = await replaced(service, before.id);
    expect(after.members.map(({ nodeId }) => nodeId)).not.toContain(lostNode.nodeId);
    agent.start();
    await cluster().agentHealthy(lostNode.nodeName, 30_000);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('lost')).toEqual([]);
  }, 180_000);

  /** Comes last: its bystander is another process afterwards. */
  test('two machines restart while the controller is away: every member starts its rank by itself, whichever is first, and the controller finds the group as it was', async () => {
    const { admin, control, gatewayUrls } = cluster();
    const agents = cluster().agents.slice(0, 2);
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('powerless'));
    const service = await admin.deployAndWait({ name: 'powerless', modelId, mode: 'distributed', nodeIds: nodeIds.slice(0, 2) });
    const before = await newest(service.id);
    await control.stop('SIGTERM', 10_000);
    for (const agent of agents) await agent.stop('SIGKILL', 10_000);
    for (const agent of agents) losePower(join(cluster().directory, agent.name, 'instances'));
    for (const agent of [...agents].reverse()) agent.start();
    await waitFor(async () => streamChat(client, 'powerless'), { what: 'an answer without the controller', timeoutMs: 60_000, everyMs: 200 });
    const engines = enginesOf('powerless').map(({ pid, rank }) => `${rank} ${pid}`).sort();
    expect(engines).toHaveLength(2);
    expect(enginesOf('bystander')).toHaveLength(1);
    control.start();
    await cluster().controlReady(30_000);
    for (const { name } of agents) await cluster().agentHealthy(name, 30_000);
    await admin.serviceReady(service.id);
    expect(await newest(service.id)).toMatchObject({ id: before.id, ready: true });
    expect(enginesOf('powerless').map(({ pid, rank }) => `${rank} ${pid}`).sort()).toEqual(engines);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('powerless')).toEqual([]);
  }, 120_000);
});

/** Engines of an agent end with everything around them, and what they wrote about themselves tells of an earlier life of the machine. */
function losePower(instances: string): void {
  for (const name of readdirSync(instances)) {
    const file = join(instances, name, 'pid');
    const [stat = ''] = readFileSync(file, 'utf8').split('\n');
    process.kill(-Number.parseInt(stat, 10), 'SIGKILL');
    writeFileSync(file, `${stat}\n00000000-0000-4000-8000-000000000000\n`);
  }
}
