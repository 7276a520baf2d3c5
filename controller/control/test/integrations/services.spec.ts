import { status, type ServiceError } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import { CallOutcome, CallRecord, Call_Outcome, DeploymentMode, InstanceState, Instance_State, Model_Format, Model_State, Node_State, Node_Type, Service_State } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CallLog } from '../../src/usage/index.js';
import { ClusterUnderTest } from '../cluster/fixtures/cluster-under-test.js';
import { FakeAgent } from '../cluster/fixtures/fake-agent.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { IntegrationUnderTest, bearer, codeOf, fieldOf, personWithKey, type Person } from './fixtures/integration-client.js';
import { importModel } from './fixtures/library.js';

interface AuditItem {
  actor: string;
  address: string;
  verb: string;
  objectName: string;
}

describeOnEveryDatabase('services by the integration API', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let operator: Person;
  let program: IntegrationUnderTest;
  let modelId: string;
  const agents: FakeAgent[] = [];

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    modelId = await importModel(cluster);
    operator = await personWithKey(cluster, 'robot', 'operator');
    program = new IntegrationUnderTest(cluster, bearer(operator.secret));
  });
  afterEach(async () => {
    program.close();
    for (const agent of agents.splice(0)) agent.close();
    await cluster.stop();
    await database.drop();
  });

  const newNode = async (over = {}) => {
    const agent = await FakeAgent.joined(cluster, over);
    agents.push(agent);
    return agent;
  };
  const deeds = async () => ((await cluster.must('GET', '/audit?limit=50')) as { items: AuditItem[] }).items.filter(({ actor }) => actor === 'robot').reverse();
  const placed = (id: string, count: number) =>
    waitFor(async () => {
      const { instances } = (await program.ask('getService', { id })) as { instances: { id: string; nodeId: string | undefined }[] };
      return instances.length === count && instances.every(({ nodeId }) => nodeId !== undefined) ? instances : undefined;
    }, { what: `${count} placed instances`, timeoutMs: 8_000 });

  it('come, serve, grow, shrink and go, each deed with one audit record of the user', async () => {
    const agent = await newNode();
    const created = await program.ask('createService', { name: 'chat', modelId });
    expect(created).toMatchObject({ name: 'chat', modelId, modelName: 'tiny', engine: 'llama-cpp', mode: DeploymentMode.CPU, state: Service_State.DEPLOYING, wantedInstances: 1, createdBy: 'robot', parallel: 4, contextLength: 512 });
    const { id } = created as { id: string };
    await agent.report(await agent.assignment(), InstanceState.RUNNING);
    const ready = await waitFor(async () => {
      const now = (await program.ask('getService', { id })) as { state: Service_State };
      return now.state === Service_State.READY ? now : undefined;
    }, { what: 'the service', timeoutMs: 5_000 });
    expect(ready).toMatchObject({ readyInstances: 1, percent: undefined, instances: [{ state: Instance_State.RUNNING, wanted: true, ready: true, nodeId: agent.member.memberId, nodeName: 'node', slot: 0 }] });
    expect(await program.ask('listServices')).toEqual({ services: [ready] });
    expect(await program.ask('listNodes')).toMatchObject({ nodes: [{ name: 'node', instanceCount: 1, services: [{ id, name: 'chat' }] }] });
    expect(await program.ask('addInstance', { serviceId: id, nodeIds: [agent.member.memberId] })).toMatchObject({ wantedInstances: 2 });
    const [, second] = await placed(id, 2);
    expect(await program.ask('removeInstance', { serviceId: id, instanceId: second?.id })).toMatchObject({ wantedInstances: 1 });
    expect(await program.ask('deleteService', { id })).toMatchObject({ id, state: Service_State.DELETING });
    for (const { instanceId } of [...agent.known.values()]) await agent.report(await agent.assignment((one) => one.instanceId === instanceId && one.generation === 2), InstanceState.STOPPED);
    await waitFor(async () => ((await program.ask('getService', { id })) as ServiceError).code === status.NOT_FOUND, { what: 'the end of the service', timeoutMs: 5_000 });
    expect((await deeds()).map(({ verb, objectName, address }) => [verb, objectName, address])).toEqual(
      ['service.create', 'service.instance-add', 'service.instance-remove', 'service.delete'].map((verb) => [verb, 'chat', '127.0.0.1']),
    );
  });

  it('are planned without changing anything', async () => {
    const agent = await newNode();
    const plan = await program.ask('planService', { name: 'chat', modelId, mode: DeploymentMode.CPU, engine: 'llama-cpp', contextLength: 256, parallel: 2, parameters: '--threads 2', instances: 3 });
    expect(plan).toMatchObject({ fits: true, engine: 'llama-cpp', mode: DeploymentMode.CPU, contextLength: 256, parallel: 2, placements: [{ nodeId: agent.member.memberId }], rejected: [] });
    const { memory } = (await cluster.must('POST', '/services/plan', { name: 'chat', modelId, contextLength: 256, parallel: 2 })) as { memory: { totalBytes: number } };
    expect(plan).toMatchObject({ memory: { totalBytes: Math.round(memory.totalBytes) } });
    expect([await program.ask('listServices'), await deeds()]).toEqual([{ services: [] }, []]);
  });

  describe('are refused by the rules of REST, with the field', () => {
    it.each([
      ['name', { name: 'has space' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['name', { name: '' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['modelId', { modelId: '' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['modelId', { modelId: 'nothing' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['mode', { mode: 7 }, status.INVALID_ARGUMENT, 'bad-request'],
      ['engine', { engine: 'magic' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['parameters', { parameters: '--host 0.0.0.0' }, status.INVALID_ARGUMENT, 'bad-request'],
      ['nodeIds.1', { nodeIds: ['a', ''] }, status.INVALID_ARGUMENT, 'bad-request'],
      ['nodeIds', { nodeIds: ['nobody'] }, status.INVALID_ARGUMENT, 'bad-request'],
      ['contextLength', { contextLength: 1 }, status.INVALID_ARGUMENT, 'bad-request'],
      ['contextLength', { contextLength: 4096 }, status.FAILED_PRECONDITION, 'invalid'],
      ['parallel', { parallel: 0 }, status.INVALID_ARGUMENT, 'bad-request'],
      ['instances', { instances: 65 }, status.INVALID_ARGUMENT, 'bad-request'],
    ])('%s: %j', async (field, wish, code, word) => {
      await newNode();
      const error = (await program.ask('createService', { name: 'chat', modelId, ...wish })) as ServiceError;
      expect([error.code, codeOf(error), fieldOf(error)]).toEqual([code, word, field]);
      const body = { name: 'chat', modelId, ...wish, ...('mode' in wish ? { mode: 'other' } : {}) };
      expect(await cluster.ask('POST', '/services', body)).toMatchObject({ body: { error: { code: word, field } } });
      expect(await deeds()).toEqual([]);
    });

    it('when the name is taken, or nothing has the id', async () => {
      await newNode();
      const { id } = (await program.ask('createService', { name: 'chat', modelId })) as { id: string };
      const taken = (await program.ask('createService', { name: 'chat', modelId })) as ServiceError;
      expect([taken.code, codeOf(taken), fieldOf(taken)]).toEqual([status.FAILED_PRECONDITION, 'conflict', 'name']);
      for (const error of [await program.ask('getService', { id: 'nobody' }), await program.ask('getService', { id: '../x' }), await program.ask('getNode'), await program.ask('deleteService', { id: '' }), await program.ask('removeInstance', { serviceId: id, instanceId: 'nobody' })] as ServiceError[]) {
        expect([error.code, codeOf(error)]).toEqual([status.NOT_FOUND, 'not-found']);
      }
      expect((await deeds()).map(({ verb }) => verb)).toEqual(['service.create']);
    });
  });

  it('stand beside nodes and models', async () => {
    const agent = await newNode({ gpus: [{ index: 0, uuid: 'GPU-1', name: 'H100', memoryBytes: 80 * 2 ** 30 }] });
    const node = await program.ask('getNode', { id: agent.member.memberId });
    expect(node).toMatchObject({
      id: agent.member.memberId, type: Node_Type.GPU, state: Node_State.HEALTHY, agentVersion: '0.1.0', hardware: { hostname: 'host', cpuCores: 8, memoryBytes: 32 * 2 ** 30, engines: [{ engine: 'llama-cpp' }] },
      gpus: [{ uuid: 'GPU-1', memoryBytes: 80 * 2 ** 30, memoryUsedBytes: undefined }], services: [], instanceCount: 0,
    });
    expect(await program.ask('listModels')).toMatchObject({ models: [{ id: modelId, name: 'tiny', state: Model_State.READY, format: Model_Format.GGUF, contextLength: 512, usedBy: [] }] });
  });

  it('have calls: a page at a time, and of others only for those who may see them', async () => {
    const user = await personWithKey(cluster, 'ann', 'user');
    const log = cluster.control.app.get(CallLog, { strict: false });
    const record = (callId: string, userId: string, at: number, outcome: CallOutcome) => CallRecord.fromPartial({ callId, userId, startedAtMs: at, model: 'chat', path: '/v1/chat/completions', status: 200, outcome, durationMs: 12.5, completionTokens: 7 });
    await log.ingest('g', [1, 2, 3].map((n) => record(`robot-${n}`, operator.id, n * 1000, CallOutcome.OK)));
    await log.ingest('g', [record('ann-1', user.id, 9000, CallOutcome.TRUNCATED)]);
    const first = (await program.ask('listCalls', { limit: 3 })) as { calls: { id: string }[]; next: string | undefined };
    expect(first.calls.map(({ id }) => id)).toEqual(['ann-1', 'robot-3', 'robot-2']);
    expect(await program.ask('listCalls', { limit: 3, before: first.next })).toMatchObject({ calls: [{ id: 'robot-1', startedAtMs: 1000, outcome: Call_Outcome.OK, durationMs: 12.5, completionTokens: 7, promptTokens: undefined, username: 'robot' }], next: undefined });
    expect(await program.ask('listCalls', { outcome: Call_Outcome.TRUNCATED })).toMatchObject({ calls: [{ id: 'ann-1' }] });
    const ann = new IntegrationUnderTest(cluster, bearer(user.secret));
    expect(((await ann.ask('listCalls', { userId: operator.id })) as typeof first).calls.map(({ id }) => id)).toEqual(['ann-1']);
    ann.close();
    for (const [field, wrong] of [['limit', { limit: 501 }], ['before', { before: 'x' }], ['outcome', { outcome: 9 }]] as const) {
      const error = (await program.ask('listCalls', wrong)) as ServiceError;
      expect([error.code, fieldOf(error)]).toEqual([status.INVALID_ARGUMENT, field]);
    }
  });
});
