import { InstanceState } from '@openstation/proto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import type { FakeAgent } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';
import { writeSafetensorsModel } from './fixtures/safetensors-writer.js';

const GIB = 2 ** 30;

describeOnEveryDatabase('places that people choose', (makeDatabase) => {
  let lab: NodeLab;
  let modelId: string;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    const path = join(lab.cluster.importDir, 'tiny');
    await writeSafetensorsModel(path);
    modelId = ((await lab.cluster.must('POST', '/models/import', { path })) as { model: { id: string } }).model.id;
    await lab.until('the model', async () => ((await lab.cluster.must('GET', `/models/${modelId}`)) as { state: string }).state === 'ready');
  });
  afterEach(() => lab.stop());

  const gpuNode = (name: string, interfaces: readonly string[] = ['eth0'], cards = 2, gib = 24): Promise<FakeAgent> => {
    const octet = name.charCodeAt(0);
    return lab.node(name, {
      engines: [{ engine: 'vllm', driver: 'docker', version: '1', repositories: [], digestOnly: false }], addresses: [`10.0.0.${octet}`],
      gpus: Array.from({ length: cards }, (_, index) => ({ index, uuid: `GPU-${name}${index}`, name: 'NVIDIA A10', memoryBytes: gib * GIB, driverVersion: '1', computeCapability: '8.6', vendor: 'nvidia', pciAddress: '', mig: undefined })),
      interfaces: interfaces.map((one, index) => ({ name: one, addresses: [`10.0.${index}.${octet}`], speedMbps: 10_000, up: true })),
    });
  };
  const on = ({ member: { memberId } }: FakeAgent, ...uuids: string[]) => ({ nodeId: memberId, gpuUuids: uuids });
  const refusal = async (path: string, body: object, method: 'POST' | 'PATCH' = 'POST') => {
    const { status, body: { error } } = (await lab.cluster.ask(method, path, body)) as { status: number; body: { error: { field?: string; message: string } } };
    return [status, error.field, error.message];
  };

  it('an added instance runs on exactly the cards that were named, as its plan said; what cannot be is refused in numbers', async () => {
    const [a, b] = [await gpuNode('a'), await gpuNode('b', ['eth0'], 1, 1)];
    const id = ((await lab.cluster.must('POST', '/services', { name: 'chat', modelId, mode: 'single', engine: 'vllm', nodeIds: [a.member.memberId], cards: [on(a, 'GPU-a0')], contextLength: 512 })) as { id: string }).id;
    const first = await a.assignment();
    expect(first.intent?.gpuUuids).toEqual(['GPU-a0']);
    await a.report(first, InstanceState.RUNNING);
    const place = (...cards: object[]) => ({ nodeIds: [], cards });

    const plan = (await lab.cluster.must('POST', `/services/${id}/instances/plan`, place(on(a, 'GPU-a1')))) as { placements: object[]; cards: object[] };
    expect(plan).toMatchObject({ fits: true, placements: [{ nodeName: 'a', gpuUuids: ['GPU-a1'] }] });
    expect(plan.cards).toContainEqual(expect.objectContaining({ uuid: 'GPU-a0', reasonCode: 'taken' }));
    expect(await refusal(`/services/${id}/instances`, place(on(a, 'GPU-a0')))).toEqual([422, 'nodeIds', 'no node can carry it: a card 0 carries another instance']);
    expect(await refusal(`/services/${id}/instances`, place(on(b, 'GPU-b0')))).toEqual([422, 'nodeIds', 'no node can carry it: b on the 1 chosen cards it needs 1.5 GiB a card, usable are 922 MiB']);
    expect(await refusal(`/services/${id}/instances`, place(on(a, 'GPU-x')))).toEqual([422, 'nodeIds', 'no node can carry it: a does not have all of the 1 chosen cards']);
    expect(await refusal(`/services/${id}/instances`, place(on(a, 'GPU-a1', 'GPU-a1')))).toEqual([400, 'cards.0.gpuUuids', expect.stringContaining('names a card twice')]);
    expect(await refusal(`/services/${id}/instances`, place({ nodeId: 'nobody', gpuUuids: ['x'] }))).toEqual([400, 'cards', 'no node has the id nobody']);
    expect(await refusal(`/services/${id}/instances/plan`, { nodeIds: ['nobody'] })).toEqual([400, 'nodeIds', 'no node has the id nobody']);

    expect(await lab.cluster.must('POST', `/services/${id}/instances`, place(on(a, 'GPU-a1')))).toMatchObject({ wantedInstances: 2 });
    expect((await a.assignment(({ instanceId }) => instanceId !== first.instanceId)).intent?.gpuUuids).toEqual(['GPU-a1']);
  }, 40_000);

  it('a group goes over to another interface that all its nodes have, and is told which node lacks one', async () => {
    const [a, b] = [await gpuNode('a', ['eth0', 'eth1', 'ib0']), await gpuNode('b', ['eth0', 'eth1'])];
    const nodeIds = [a.member.memberId, b.member.memberId];
    const wish = { name: 'group', modelId, mode: 'distributed', engine: 'vllm', nodeIds, contextLength: 512 };
    const lacks = 'b has no interface ib0 that is up and has an address; it has eth0, eth1';
    expect(await refusal('/services', { ...wish, networkInterface: 'ib0' })).toEqual([422, 'networkInterface', expect.stringContaining(lacks)]);
    expect(await lab.cluster.must('POST', '/services/plan', { ...wish, networkInterface: 'ib0' })).toMatchObject({ fits: false, rejected: expect.arrayContaining([expect.objectContaining({ nodeName: 'b', code: 'no-interface' })]) as unknown });

    const id = ((await lab.cluster.must('POST', '/services', wish)) as { id: string }).id;
    const members = [await a.assignment(), await b.assignment()];
    expect(members.map(({ intent }) => intent?.group?.peers.map(({ address }) => address))).toEqual(Array(2).fill(['10.0.0.97', '10.0.0.98']));
    expect(await refusal(`/services/${id}`, { networkInterface: 'ib0' }, 'PATCH')).toEqual([422, 'networkInterface', expect.stringContaining(lacks)]);
    expect(await lab.service(id)).toMatchObject({ revision: 1, networkInterface: null });

    expect(await lab.cluster.must('PATCH', `/services/${id}`, { networkInterface: 'eth1' })).toMatchObject({ revision: 2, networkInterface: 'eth1' });
    const before = new Set(members.map(({ instanceId }) => instanceId));
    // Neither group has been ready, so the older one simply goes.
    for (const agent of [a, b]) lab.runsEngines(agent);
    const after = await a.assignment(({ instanceId, intent }) => !before.has(instanceId) && intent?.group?.peers[0]?.address === '10.0.1.97');
    expect(after.intent?.group?.peers.map(({ address }) => address)).toEqual(['10.0.1.97', '10.0.1.98']);
    await lab.cluster.must('POST', `/services/${id}/revert`, { revision: 1 });
    expect(await lab.service(id)).toMatchObject({ revision: 3, networkInterface: null });
    expect(await lab.cluster.must('GET', `/services/${id}/revisions`)).toMatchObject([{ networkInterface: null }, { networkInterface: 'eth1' }, { networkInterface: null }]);
  }, 40_000);
});
