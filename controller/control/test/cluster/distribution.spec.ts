import { waitFor } from '@openstation/kit';
import { CacheOrder_Kind, CacheProgress, CachedModel, Heartbeat, InstanceState, type CacheOrder } from '@openstation/proto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AWAY_MS } from '../../src/distribution/away-nodes.js';
import type { HolderView } from '../../src/distribution/holder-views.js';
import { ModelRepository } from '../../src/models/index.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import type { FakeAgent } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';

describeOnEveryDatabase('models on nodes', (makeDatabase) => {
  let lab: NodeLab;
  let digest: string;
  let bytes: number;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    await lab.importModel();
    const row = await lab.cluster.control.app.get(ModelRepository, { strict: false }).get(lab.modelId);
    [digest, bytes] = [row?.digest ?? '', row?.bytes ?? 0];
  });
  afterEach(() => lab.stop());

  const held = (over: Partial<CachedModel> = {}) => CachedModel.fromPartial({ modelId: lab.modelId, manifestDigest: digest, bytes, complete: true, ...over });
  const beat = (agent: FakeAgent, ...cachedModels: CachedModel[]) => agent.send({ $case: 'heartbeat', value: Heartbeat.fromPartial({ cachedModels }) });
  const orders = (agent: FakeAgent, kind: CacheOrder_Kind): CacheOrder[] => agent.received.flatMap(({ body }) => (body?.$case === 'cache' && body.value.kind === kind ? [body.value] : []));
  const order = (agent: FakeAgent, kind: CacheOrder_Kind) => waitFor(() => orders(agent, kind).at(-1), { what: `an order of kind ${kind}`, timeoutMs: 5000 });
  const answer = (agent: FakeAgent, { requestId }: Pick<CacheOrder, 'requestId'>, over: Partial<CacheProgress> = {}) => agent.send({ $case: 'cache', value: CacheProgress.fromPartial({ requestId, manifestDigest: digest, bytesTotal: bytes, finished: true, ...over }) });
  const holders = async (): Promise<HolderView[]> => (await lab.cluster.must('GET', `/models/${lab.modelId}/nodes`)) as HolderView[];
  const holder = (agent: FakeAgent, fits: (view: HolderView) => boolean = () => true) => lab.until('a holder', async () => (await holders()).find((view) => view.nodeId === agent.member.memberId && fits(view)));
  const prefetch = async (...agents: FakeAgent[]) => ((await lab.cluster.must('POST', `/models/${lab.modelId}/prefetch`, { nodeIds: agents.map(({ member }) => member.memberId) })) as { id: string }).id;
  const verify = async (library: boolean, ...agents: FakeAgent[]) => ((await lab.cluster.must('POST', `/models/${lab.modelId}/verify`, { library, nodeIds: agents.map(({ member }) => member.memberId) })) as { id: string }).id;

  describe('holders', () => {
    it('are what nodes say in heartbeats, as the words of the newest one', async () => {
      const [a, b] = [await lab.node('a'), await lab.node('b')];
      beat(a, held({ bytes: 5, complete: false, fetching: true, fromControllerBytes: 3, fromNodesBytes: 2 }));
      expect(await holder(a)).toMatchObject({ nodeName: 'a', state: 'fetching', bytes: 5, totalBytes: bytes, fromController: 3, fromNodes: 2, inUse: false, verifiedAt: null });
      beat(a, held({ verifiedAtMs: 1000 }));
      expect(await holder(a, ({ state }) => state === 'complete')).toMatchObject({ verifiedAt: '1970-01-01T00:00:01.000Z' });
      beat(b, held({ inPlace: true }));
      await holder(b, ({ state }) => state === 'in-place');
      beat(b, held({ damaged: true }));
      await holder(b, ({ state }) => state === 'damaged');
      beat(b);
      await lab.until('one holder', async () => (await holders()).length === 1);
    });

    it('that are nonsense are left out, and forgotten with their node', async () => {
      const a = await lab.node('a');
      beat(a, held(), held({ manifestDigest: '../../x' }), held({ manifestDigest: '' }));
      await holder(a);
      expect(await holders()).toHaveLength(1);
      await lab.cluster.must('DELETE', `/nodes/${a.member.memberId}?force=true`);
      await lab.until('no holder', async () => (await holders()).length === 0);
    });
  });

  describe('a prefetch', () => {
    it('orders every node, goes on after a restart of the controller, and is over when all have answered', async () => {
      const [a, b] = [await lab.node('a'), await lab.node('b')];
      const id = await prefetch(a, b);
      expect((await lab.operation(id)).can).toEqual(['cancel']);
      const first = await order(a, CacheOrder_Kind.FETCH);
      expect(first).toMatchObject({ model: { modelId: lab.modelId, manifestDigest: digest, totalBytes: bytes } });
      answer(a, first);
      await lab.until('one step done', async () => (await lab.operation(id)).steps.filter(({ state }) => state === 'succeeded').length === 1);
      await lab.restart();
      const again = lab.back(b);
      const second = await order(again, CacheOrder_Kind.FETCH);
      answer(again, second);
      expect(await lab.over(id)).toMatchObject({ state: 'succeeded', percent: 100, can: [] });
    });

    it('is told again in a new session, and fails with the words of the node', async () => {
      const a = await lab.node('a');
      const id = await prefetch(a);
      await order(a, CacheOrder_Kind.FETCH);
      a.close();
      const again = lab.back(a);
      answer(again, await order(again, CacheOrder_Kind.FETCH), { error: 'the disk is full' });
      const over = await lab.over(id);
      expect(over).toMatchObject({ state: 'failed', failure: 'a: the disk is full' });
      expect(over.steps[0]).toMatchObject({ state: 'failed', message: 'the disk is full' });
    });

    it('does not wait long for a node that is gone, and the others go on', async () => {
      const [a, b] = [await lab.node('a'), await lab.node('b')];
      const id = await prefetch(a, b);
      await order(a, CacheOrder_Kind.FETCH);
      a.close();
      answer(b, await order(b, CacheOrder_Kind.FETCH));
      await lab.until('one step done', async () => (await lab.operation(id)).steps.some(({ state }) => state === 'succeeded'));
      await lab.until('the end of the wait', async () => {
        lab.cluster.clock.advance(AWAY_MS / 4);
        return (await lab.operation(id)).finishedAt !== null;
      });
      const over = await lab.operation(id);
      expect(over).toMatchObject({ state: 'failed', failure: expect.stringMatching(/^a: the node was not to be reached for 2 minutes/) as string });
      expect(over.steps.map(({ state }) => state).sort()).toEqual(['failed', 'succeeded']);
    });

    it('is cancelled where it is: nodes are told, steps are left out, and a second time is a conflict', async () => {
      const [a, b] = [await lab.node('a'), await lab.node('b')];
      const id = await prefetch(a, b);
      answer(a, await order(a, CacheOrder_Kind.FETCH));
      const { requestId } = await order(b, CacheOrder_Kind.FETCH);
      await lab.until('one step done', async () => (await lab.operation(id)).steps.some(({ state }) => state === 'succeeded'));
      expect(await lab.cluster.must('POST', `/operations/${id}/cancel`)).toMatchObject({ state: 'cancelled', can: [] });
      expect(await order(b, CacheOrder_Kind.CANCEL)).toMatchObject({ requestId });
      expect((await lab.operation(id)).steps.map(({ state }) => state).sort()).toEqual(['skipped', 'succeeded']);
      expect((await lab.cluster.ask('POST', `/operations/${id}/cancel`)).status).toBe(409);
      expect((await lab.cluster.ask('POST', '/operations/none/cancel')).status).toBe(404);
      await lab.restart();
      expect(await lab.operation(id)).toMatchObject({ state: 'cancelled' });
    });

    it('names nodes that are there', async () => {
      expect(await lab.cluster.ask('POST', `/models/${lab.modelId}/prefetch`, { nodeIds: ['nobody'] })).toMatchObject({ status: 400, body: { error: { field: 'nodeIds' } } });
    });
  });

  describe('a copy', () => {
    it('is deleted by its node, which may refuse; not where an order cannot go', async () => {
      const a = await lab.node('a');
      const evict = () => lab.cluster.ask('DELETE', `/models/${lab.modelId}/nodes/${a.member.memberId}`);
      expect((await evict()).status).toBe(404);
      beat(a, held());
      await holder(a);
      const refused = evict();
      answer(a, await order(a, CacheOrder_Kind.EVICT), { error: 'the service chat uses the model on this node' });
      expect(await refused).toMatchObject({ status: 409, body: { error: { code: 'in-use', message: 'a: the service chat uses the model on this node' } } });
      const done = evict();
      await waitFor(() => orders(a, CacheOrder_Kind.EVICT).length === 2, { what: 'a second order', timeoutMs: 5000 });
      answer(a, await order(a, CacheOrder_Kind.EVICT));
      expect((await done).status).toBe(202);
      a.close();
      await lab.until('the session is gone', async () => (await evict()).status === 503);
    });

    it('is in use where an instance of a service has it', async () => {
      const a = await lab.node('a');
      beat(a, held());
      await lab.deploy('chat');
      await a.report(await a.assignment(), InstanceState.RUNNING);
      expect(await holder(a, ({ inUse }) => inUse)).toMatchObject({ state: 'complete' });
    });
  });

  describe('a verification', () => {
    it('reads the library and lets nodes mend themselves', async () => {
      const a = await lab.node('a');
      const id = await verify(true, a);
      const told = await order(a, CacheOrder_Kind.VERIFY);
      expect(told.mend).toBe(true);
      answer(a, told, { damagedFiles: ['tiny.gguf'] });
      const over = await lab.over(id);
      expect(over).toMatchObject({ state: 'succeeded' });
      expect(over.steps.map(({ id: step, message }) => [step, message])).toEqual([['library', ''], [a.member.memberId, 'fetched again, their bytes were wrong: tiny.gguf']]);
    });

    it('finds a byte that is wrong in the library, and says what to do', async () => {
      const path = join(lab.cluster.dataDir, 'models', lab.modelId, 'tiny.gguf');
      await writeFile(path, Buffer.alloc(bytes, 3));
      expect(await lab.over(await verify(true))).toMatchObject({ state: 'failed', failure: expect.stringContaining('tiny.gguf') as string });
    });
  });

  describe('a deleted model', () => {
    it('is taken off every node, also off one that was away through a restart of the controller; another model stays', async () => {
      const [here, away] = [await lab.node('here'), await lab.node('away')];
      const other = held({ modelId: 'x', manifestDigest: 'f'.repeat(64) });
      beat(here, held());
      beat(away, held(), other);
      await holder(here);
      await holder(away);
      away.close();
      await lab.cluster.must('DELETE', `/models/${lab.modelId}`);
      answer(here, await order(here, CacheOrder_Kind.EVICT));
      await lab.restart();
      const again = lab.back(away);
      await again.next('assignments');
      beat(again, held(), other);
      const told = await order(again, CacheOrder_Kind.EVICT);
      expect(told.model?.manifestDigest).toBe(digest);
      answer(again, told);
      beat(again, other);
      beat(again, other);
      await again.next('transferLimits');
      expect(orders(again, CacheOrder_Kind.EVICT).map(({ model }) => model?.manifestDigest)).toEqual([digest]);
    });

    it('stays on nodes when the same files are in the library again', async () => {
      const a = await lab.node('a');
      await lab.cluster.must('DELETE', `/models/${lab.modelId}`);
      await lab.importModel();
      beat(a, held());
      await holder(a);
      beat(a, held());
      const id = await verify(false, a);
      answer(a, await order(a, CacheOrder_Kind.VERIFY));
      await lab.over(id);
      expect(orders(a, CacheOrder_Kind.EVICT)).toEqual([]);
    });
  });

  it('tells every node the limit when a session opens and when it changes', async () => {
    const a = await lab.node('a');
    expect(await a.next('transferLimits')).toMatchObject({ bytesPerSecond: 0 });
    await lab.cluster.must('PATCH', '/settings/hubs', { distributionBytesPerSecond: 5_000_000 });
    expect(await a.next('transferLimits', 1)).toMatchObject({ bytesPerSecond: 5_000_000 });
    const b = await lab.node('b');
    expect(await b.next('transferLimits')).toMatchObject({ bytesPerSecond: 5_000_000 });
    await lab.cluster.must('PATCH', '/settings/hubs', { distributionBytesPerSecond: null });
    expect(await b.next('transferLimits', 1)).toMatchObject({ bytesPerSecond: 0 });
    expect(await a.next('transferLimits', 2)).toMatchObject({ bytesPerSecond: 0 });
  });
});
