import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import { FileChunk, InstanceState, type ModelManifest } from '@openstation/proto';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RouteSource } from '../../src/routes/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';

interface Service {
  id: string;
  state: string;
  message: string;
  readyInstances: number;
  instances: { id: string; nodeId: string; state: string; ready: boolean; slot: number }[];
}

describeOnEveryDatabase('deployment', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let modelId: string;
  const agents: FakeAgent[] = [];

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    modelId = await importModel('tiny');
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.close();
    await cluster.stop();
    await database.drop();
  });

  const importModel = async (name: string) => {
    await writeGguf(join(cluster.importDir, `${name}.gguf`));
    const { model } = (await cluster.must('POST', '/models/import', { path: join(cluster.importDir, `${name}.gguf`) })) as { model: { id: string } };
    await waitFor(async () => ((await cluster.must('GET', `/models/${model.id}`)) as { state: string }).state === 'ready', { what: 'the model', timeoutMs: 5_000 });
    return model.id;
  };
  const newNode = async (over = {}) => {
    const agent = await FakeAgent.joined(cluster, over);
    agents.push(agent);
    return agent;
  };
  const service = async (id: string) => (await cluster.must('GET', `/services/${id}`)) as Service;
  const until = (id: string, what: string, condition: (service: Service) => boolean) =>
    waitFor(async () => { const now = await service(id); return condition(now) ? now : undefined; }, { what, timeoutMs: 8_000 });
  const routes = () => cluster.control.app.get(RouteSource, { strict: false }).routes();

  it('goes from a request to a route, and back to nothing', async () => {
    const agent = await newNode();
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId })) as Service;
    const assignment = await agent.assignment();
    expect(assignment.intent).toMatchObject({ engine: 'llama-cpp', serviceName: 'chat', argv: ['--ctx-size', '512', '--parallel', '4'], model: { modelId, entry: 'tiny.gguf' } });
    expect(await routes()).toMatchObject([{ serviceName: 'chat', targets: [] }]);
    await agent.report(assignment, InstanceState.RUNNING);
    await until(id, 'the service to be ready', ({ state }) => state === 'ready');
    expect(await routes()).toMatchObject([{ targets: [{ instanceId: assignment.instanceId, nodeId: agent.member.memberId, address: '127.0.0.1', port: 30210, engineModel: 'chat' }] }]);
    await cluster.must('DELETE', `/services/${id}`);
    expect(await routes()).toEqual([]);
    const tombstone = await agent.assignment(({ generation }) => generation === 2);
    await agent.report(tombstone, InstanceState.STOPPED);
    await waitFor(async () => (await cluster.ask('GET', `/services/${id}`)).status === 404, { what: 'the end of the service', timeoutMs: 5_000 });
    await cluster.must('DELETE', `/models/${modelId}`);
    const { items } = (await cluster.must('GET', '/audit?limit=50')) as { items: { verb: string }[] };
    for (const verb of ['service.create', 'service.delete', 'model.import', 'model.delete']) expect(items.filter((item) => item.verb === verb)).toHaveLength(1);
  });

  it('keeps status and route through a restart of the controller', async () => {
    const agent = await newNode();
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId })) as Service;
    const assignment = await agent.assignment();
    await agent.report(assignment, InstanceState.RUNNING);
    await until(id, 'the service to be ready', ({ state }) => state === 'ready');
    agent.close();
    await cluster.stop();
    cluster = await ClusterUnderTest.start(database);
    expect((await routes())[0]?.targets).toHaveLength(1);
    expect(await service(id)).toMatchObject({ state: 'ready', instances: [{ id: assignment.instanceId, ready: true }] });
    const back = new FakeAgent(cluster.sessionAddress, agent.member);
    agents.push(back);
    const set = await back.next('assignments');
    expect(set.assignments).toEqual([assignment]);
    await back.report(assignment, InstanceState.FAILED, { revision: 1, reason: 'exited', message: 'code 1' });
    expect((await service(id)).message).toContain('exited');
  });

  it('spreads two instances over two nodes, adds one where asked, and takes one away', async () => {
    const [a, b] = [await newNode(), await newNode()];
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId, instances: 2 })) as Service;
    const spread = await until(id, 'both to be placed', ({ instances }) => instances.length === 2 && instances.every(({ nodeId }) => nodeId !== null));
    expect(new Set(spread.instances.map(({ nodeId }) => nodeId)).size).toBe(2);
    await cluster.must('POST', `/services/${id}/instances`, { nodeIds: [b.member.memberId] });
    const third = await until(id, 'the third', ({ instances }) => instances.length === 3 && instances.every(({ nodeId }) => nodeId !== null));
    expect(third.instances.find(({ slot }) => slot === 2)?.nodeId).toBe(b.member.memberId);
    const [leaving] = third.instances.filter(({ nodeId }) => nodeId === a.member.memberId);
    await cluster.must('DELETE', `/services/${id}/instances/${leaving?.id ?? ''}`);
    const tombstone = await a.assignment(({ instanceId, generation }) => instanceId === leaving?.id && generation === 2);
    await a.report(tombstone, InstanceState.STOPPED);
    await until(id, 'two to be left', ({ instances }) => instances.length === 2);
  });

  describe('is refused with a reason', () => {
    it.each([
      ['no node offers the engine', { engines: [] }, {}, 422, 'nodeIds', 'does not offer llama.cpp'],
      ['no node has the memory', { memoryBytes: 2 ** 28 }, {}, 422, 'nodeIds', 'needs'],
      ['the context is too long', {}, { contextLength: 4096 }, 422, 'contextLength', '512'],
      ['a parameter is denied', {}, { parameters: '--host 0.0.0.0' }, 400, 'parameters', '--host'],
      ['the engine cannot read the model', {}, { engine: 'vllm-cpu' }, 422, 'engine', 'gguf'],
      ['the node is unknown', {}, { nodeIds: ['nobody'] }, 400, 'nodeIds', 'nobody'],
      ['the model is unknown', {}, { modelId: 'nothing' }, 400, 'modelId', 'no model'],
    ])('%s', async (_, inventory, request, code, field, text) => {
      await newNode(inventory);
      const answer = await cluster.ask('POST', '/services', { name: 'chat', modelId, ...request });
      expect(answer).toMatchObject({ status: code, body: { error: { field } } });
      expect((answer.body as { error: { message: string } }).error.message).toContain(text);
    });

    it('the name is taken', async () => {
      await newNode();
      await cluster.must('POST', '/services', { name: 'chat', modelId });
      expect(await cluster.ask('POST', '/services', { name: 'chat', modelId })).toMatchObject({ status: 409, body: { error: { field: 'name' } } });
    });
  });

  it('says why an instance has no place and places it when there is one', async () => {
    const first = await newNode();
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId })) as Service;
    await first.assignment();
    await cluster.must('DELETE', `/nodes/${first.member.memberId}?force=true`);
    cluster.clock.advance(10_000);
    await waitFor(async () => { const now = await service(id); return now.message.includes('no node was found') && now.instances.some(({ state }) => state === 'pending'); }, { what: 'the reason', timeoutMs: 15_000 });
    const second = await newNode();
    expect((await second.assignment()).intent?.serviceId).toBe(id);
  });

  it('deletes a service whose node is silent: the row goes, the tombstone waits for the node', async () => {
    const agent = await newNode();
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId })) as Service;
    const { instanceId } = await agent.assignment();
    agent.close();
    await cluster.must('DELETE', `/services/${id}`);
    expect((await service(id)).state).toBe('deleting');
    cluster.clock.advance(120_000);
    await waitFor(async () => (await cluster.ask('GET', `/services/${id}`)).status === 404, { what: 'the end of the service', timeoutMs: 15_000 });
    const back = new FakeAgent(cluster.sessionAddress, agent.member);
    agents.push(back);
    expect((await back.next('assignments')).assignments).toMatchObject([{ instanceId, generation: 2 }]);
  });

  describe('model files', () => {
    const manifest = (agent: FakeAgent, id: string) => new Promise<ModelManifest | ServiceError>((resolve) => agent.client.getManifest({ modelId: id }, (error, answer) => resolve(error ?? answer)));
    const fetch = (agent: FakeAgent, path: string, offset = 0) =>
      new Promise<Buffer | ServiceError>((resolve) => {
        const chunks: Buffer[] = [];
        const call = agent.client.fetchFile({ modelId, path, offset }, new Metadata(), { deadline: Date.now() + 5_000 });
        call.on('data', (chunk: FileChunk) => chunks.push(chunk.data));
        call.on('error', resolve);
        call.on('end', () => resolve(Buffer.concat(chunks)));
      });

    it('go to a node whose assignment names the model, from any offset, whole', async () => {
      const agent = await newNode();
      await cluster.must('POST', '/services', { name: 'chat', modelId });
      const { intent } = await agent.assignment();
      const { files, digest } = (await manifest(agent, modelId)) as ModelManifest;
      expect(digest).toBe(intent?.model?.manifestDigest);
      const original = await readFile(join(cluster.importDir, 'tiny.gguf'));
      expect(files).toMatchObject([{ path: 'tiny.gguf', bytes: original.length, sha256: createHash('sha256').update(original).digest('hex') }]);
      expect(await fetch(agent, 'tiny.gguf')).toEqual(original);
      expect(await fetch(agent, 'tiny.gguf', 100)).toEqual(original.subarray(100));
    });

    it('go to nobody else', async () => {
      const agent = await newNode();
      const other = await importModel('other');
      expect(await manifest(agent, modelId)).toMatchObject({ code: status.NOT_FOUND });
      expect(await fetch(agent, 'tiny.gguf')).toMatchObject({ code: status.NOT_FOUND });
      await cluster.must('POST', '/services', { name: 'chat', modelId });
      await agent.assignment();
      expect(await manifest(agent, other)).toMatchObject({ code: status.NOT_FOUND });
    });

    it.each(['../master.key', '/etc/passwd', 'tiny.gguf/../../x', '', 'absent'])('never leave the model: %s', async (path) => {
      const agent = await newNode();
      await cluster.must('POST', '/services', { name: 'chat', modelId });
      await agent.assignment();
      expect(await fetch(agent, path)).toMatchObject({ code: status.NOT_FOUND });
    });
  });
});
