import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { beforeAll, expect, test } from 'vitest';
import type { Cluster, FakeEngineProcess, InstanceView, ServiceView } from '../../harness/cluster/index.js';
import { openaiClient, streamChat } from '../../harness/openai.js';
import { writeTinySafetensors } from '../../harness/tiny-safetensors.js';

/** What further tests of groups need of these. */
export interface Groups {
  readonly modelId: () => string;
  readonly deploy: (name: string, nodeIds: readonly string[]) => Promise<ServiceView>;
  /** Of the three nodes, by name. */
  readonly nodeIds: () => readonly string[];
  readonly enginesOf: (name: string) => FakeEngineProcess[];
  readonly newest: (id: string) => Promise<InstanceView>;
  /** The group that takes the place of another one, when it is ready. */
  readonly replaced: (service: ServiceView, before: string) => Promise<InstanceView>;
  /** The neighbour on the second node has noticed nothing. */
  readonly untouched: () => Promise<void>;
}

/** What is found where groups run. */
export interface GroupPlace {
  /** Ends one member's engine by force. */
  readonly kill: (engine: FakeEngineProcess) => Promise<void> | void;
  /** Whose end is tried. */
  readonly ranks: readonly number[];
  /** Called for each running group before it is asked anything. */
  readonly look?: (service: ServiceView) => Promise<void>;
}

/** One instance across several nodes: it starts, fails, is replaced and goes away as one, and leaves its neighbours alone. Engines are to be blind. */
export function groupsAcrossNodes(cluster: () => Cluster, place: GroupPlace): Groups {
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
  const deploy = (name: string, over: readonly string[]) => cluster().admin.deployAndWait({ name, modelId, mode: 'distributed', nodeIds: over });

  beforeAll(async () => {
    const { admin, directory } = cluster();
    writeTinySafetensors(join(directory, 'import/wide'));
    modelId = (await admin.importModel(join(directory, 'import/wide'), 'wide')).id;
    nodeIds = (await admin.nodes()).sort((a, b) => a.name.localeCompare(b.name)).map(({ id }) => id);
    await waitFor(async () => (await admin.nodes()).every(({ inventory }) => inventory !== null), { what: 'inventories', timeoutMs: 10_000 });
    bystander = await admin.deployAndWait({ name: 'bystander', modelId: (await admin.importModel(cluster().modelFile, 'small')).id, nodeIds: [nodeIds[1]!] });
    bystanderPid = enginesOf('bystander')[0]!.pid;
  }, 120_000);

  const untouched = async () => {
    expect(enginesOf('bystander').map(({ pid }) => pid)).toEqual([bystanderPid]);
    expect((await cluster().admin.service(bystander.id)).instances[0]).toMatchObject({ id: bystander.instances[0]!.id, ready: true });
  };

  test.each([2, 3])('starts over %i nodes, the first one is the head, and answers', async (size) => {
    const { admin, gatewayUrls } = cluster();
    const name = `over-${size}`;
    const service = await deploy(name, nodeIds.slice(0, size));
    const [instance] = service.instances;
    expect(instance?.members.map(({ rank, nodeId, state }) => [rank, nodeId, state])).toEqual(nodeIds.slice(0, size).map((nodeId, rank) => [rank, nodeId, 'running']));
    expect(instance).toMatchObject({ nodeId: nodeIds[0], state: 'running', ready: true });
    expect(enginesOf(name).map(({ rank }) => rank).sort()).toEqual(Array.from({ length: size }, (_, rank) => rank));
    await place.look?.(service);
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey(`user-${size}`));
    await waitFor(async () => (await client.models.list()).data.some(({ id }) => id === name), { what: 'its route', timeoutMs: 5000 });
    expect((await streamChat(client, name)).text.length).toBeGreaterThan(0);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf(name)).toEqual([]);
    for (let rank = 0; rank < size; rank++) {
      const words = rank === 0 ? 'Starting vLLM server' : `rank=${rank}`;
      await waitFor(async () => (await admin.rest.get<{ text: string }[]>(`/instances/${instance!.id}/log?rank=${rank}`)).some(({ text }) => text.includes(words)), { what: `the kept log of rank ${rank}`, timeoutMs: 5000 });
    }
    await untouched();
  }, 120_000);

  test.each(place.ranks)('a rank %i that is killed takes the others with it, blind as they are, and all are replaced', async (rank) => {
    const { admin } = cluster();
    const name = `killed-${rank}`;
    const service = await deploy(name, nodeIds.slice(0, 2));
    const before = await newest(service.id);
    const old = enginesOf(name);
    await place.kill(old.find((engine) => engine.rank === rank)!);
    const after = await replaced(service, before.id);
    expect(after.members).toHaveLength(2);
    const now = enginesOf(name).map(({ pid }) => pid);
    expect(now).toHaveLength(2);
    expect(now.filter((pid) => old.some((engine) => engine.pid === pid))).toEqual([]);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf(name)).toEqual([]);
    await untouched();
  }, 120_000);

  return { modelId: () => modelId, deploy, nodeIds: () => nodeIds, enginesOf, newest, replaced, untouched };
}
