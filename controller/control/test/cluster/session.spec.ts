import { Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import { newSigningRequest } from '@openstation/member';
import { AssignmentSet_Kind, Desired, DispatcherClient, Goodbye_Reason, Hello, InstanceState, MemberKind, type RenewCertificateReply } from '@openstation/proto';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InstanceRepository, type InstanceRow } from '../../src/instances/index.js';
import { Revocations } from '../../src/pki/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent, joinAs } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';

describeOnEveryDatabase('sessions', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let modelId: string;
  const agents: FakeAgent[] = [];
  let services = 0;

  beforeAll(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    await writeGguf(join(cluster.importDir, 'tiny.gguf'));
    modelId = ((await cluster.must('POST', '/models/import', { path: join(cluster.importDir, 'tiny.gguf') })) as { model: { id: string } }).model.id;
    await waitFor(async () => ((await cluster.must('GET', `/models/${modelId}`)) as { state: string }).state === 'ready', { what: 'the model', timeoutMs: 5_000 });
  });
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.close();
  });
  afterAll(async () => {
    await cluster.stop();
    await database.drop();
  });

  const track = (agent: FakeAgent) => {
    agents.push(agent);
    return agent;
  };
  const newNode = async () => track(await FakeAgent.joined(cluster));
  const again = (agent: FakeAgent) => track(new FakeAgent(cluster.sessionAddress, agent.member));
  const deploy = async (agent: FakeAgent) => (await cluster.must('POST', '/services', { name: `s${(services += 1)}`, modelId, nodeIds: [agent.member.memberId] })) as { id: string };
  const row = async (id: string) => (await cluster.control.app.get(InstanceRepository, { strict: false }).get(id)) as InstanceRow;

  describe('resync', () => {
    it('starts with COMPLETE and goes on with INCREMENTAL sets that build on each other', async () => {
      const agent = await newNode();
      expect(agent.sets()).toEqual([{ kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn: 1, assignments: [] }]);
      await deploy(agent);
      const first = await agent.assignment();
      await deploy(agent);
      await agent.assignment(({ instanceId }) => instanceId !== first.instanceId);
      expect(agent.sets().map(({ kind, appliesTo, resultsIn, assignments }) => [kind, appliesTo, resultsIn, assignments.length])).toEqual([
        [AssignmentSet_Kind.COMPLETE, 0, 1, 0], [AssignmentSet_Kind.INCREMENTAL, 1, 2, 1], [AssignmentSet_Kind.INCREMENTAL, 2, 3, 1],
      ]);
    });

    it('tells a new session everything again, tombstones included', async () => {
      const agent = await newNode();
      const kept = await deploy(agent);
      const run = await agent.assignment();
      const gone = await deploy(agent);
      const stop = await agent.assignment(({ instanceId }) => instanceId !== run.instanceId);
      await cluster.must('DELETE', `/services/${gone.id}`);
      await agent.assignment(({ instanceId, desired }) => instanceId === stop.instanceId && desired === Desired.STOP);
      agent.close();
      const second = again(agent);
      const [set] = [await second.next('assignments')];
      expect(set.kind).toBe(AssignmentSet_Kind.COMPLETE);
      expect(set.assignments.map(({ instanceId, desired, generation }) => [instanceId, desired, generation])).toEqual([
        [run.instanceId, Desired.RUN, 1], [stop.instanceId, Desired.STOP, 2],
      ]);
      expect(kept.id).toBe(run.intent?.serviceId);
    });

    it('does not name a tombstone again once the node confirmed it', async () => {
      const agent = await newNode();
      const service = await deploy(agent);
      const { instanceId } = await agent.assignment();
      await cluster.must('DELETE', `/services/${service.id}`);
      const tombstone = await agent.assignment(({ desired }) => desired === Desired.STOP);
      await agent.report(tombstone, InstanceState.STOPPED);
      const second = again(agent);
      expect((await second.next('assignments')).assignments).toEqual([]);
      expect(await row(instanceId)).toMatchObject({ state: 'stopped' });
      await waitFor(async () => (await cluster.ask('GET', `/services/${service.id}`)).status === 404, { what: 'the end of the service', timeoutMs: 5_000 });
    });
  });

  describe('who may open one', () => {
    it('nobody without a certificate of the cluster', async () => {
      const { member } = await newNode();
      const client = new DispatcherClient(cluster.sessionAddress, credentials.createSsl(Buffer.from(member.authorityPem), null, null, { checkServerIdentity: () => undefined }));
      const call = client.session(new Metadata(), { deadline: Date.now() + 4_000 });
      const error = await new Promise<ServiceError>((resolve) => call.on('error', resolve));
      client.close();
      expect([status.UNAVAILABLE, status.DEADLINE_EXCEEDED]).toContain(error.code);
    });

    it('no gateway', async () => {
      const gateway = await joinAs(cluster, await cluster.joinToken({ kind: 'gateway' }), { kind: MemberKind.GATEWAY });
      const agent = track(new FakeAgent(cluster.sessionAddress, gateway));
      await agent.over();
      expect(agent.error).toMatchObject({ code: status.PERMISSION_DENIED });
    });

    it('no agent that says something before Hello, or Hello twice', async () => {
      const { member } = await newNode();
      const rude = track(new FakeAgent(cluster.sessionAddress, member, false));
      rude.send({ $case: 'statuses', value: { batch: 1, statuses: [] } });
      await rude.over();
      expect(rude.error).toMatchObject({ code: status.FAILED_PRECONDITION });
      const twice = track(new FakeAgent(cluster.sessionAddress, member));
      await twice.next('welcome');
      twice.send({ $case: 'hello', value: Hello.fromPartial({ protocol: 1 }) });
      await twice.over();
      expect(twice.error).toMatchObject({ code: status.FAILED_PRECONDITION });
    });

    it('no agent whose protocol is too old, and the message says so', async () => {
      const { member } = await newNode();
      const old = track(new FakeAgent(cluster.sessionAddress, member, false));
      old.send({ $case: 'hello', value: Hello.fromPartial({ protocol: 0 }) });
      await old.over();
      expect(old.error?.details).toContain('update the agent');
    });
  });

  it('numbers sessions upwards and lets the newer one take over', async () => {
    const first = await newNode();
    const second = again(first);
    const [one, two] = [await first.next('welcome'), await second.next('welcome')];
    expect(two.sessionNumber).toBeGreaterThan(one.sessionNumber);
    expect((await first.next('goodbye')).reason).toBe(Goodbye_Reason.DISPLACED);
    await first.over();
    await deploy(second);
    expect(await second.assignment()).toBeDefined();
  });

  it('cuts a removed node within two seconds and tells it why when it comes back', async () => {
    const agent = await newNode();
    let since = Infinity;
    cluster.control.app.get(Revocations, { strict: false }).onRevoked(() => (since = performance.now()));
    await cluster.must('DELETE', `/nodes/${agent.member.memberId}`);
    expect((await agent.next('goodbye')).reason).toBe(Goodbye_Reason.NODE_REMOVED);
    await agent.over();
    expect(performance.now() - since).toBeLessThan(2_000);
    const back = again(agent);
    await back.over();
    expect(back.error).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(back.error?.details).toMatch(/was removed .* join again with a new token/);
  });

  it('does not remove a node that carries instances unless forced; forced, they are lost and replaced', async () => {
    const agent = await newNode();
    const service = await deploy(agent);
    const { instanceId } = await agent.assignment();
    expect(await cluster.ask('DELETE', `/nodes/${agent.member.memberId}`)).toMatchObject({ status: 409, body: { error: { code: 'in-use' } } });
    await cluster.must('DELETE', `/nodes/${agent.member.memberId}?force=true`);
    await waitFor(async () => (await row(instanceId)).state === 'failed', { what: 'the loss', timeoutMs: 5_000 });
    expect(await row(instanceId)).toMatchObject({ reason: 'node-removed', ready: false });
    await cluster.must('DELETE', `/services/${service.id}`);
    await waitFor(async () => (await cluster.ask('GET', `/services/${service.id}`)).status === 404, { what: 'the end of the service', timeoutMs: 5_000 });
  });

  describe('statuses', () => {
    it('are in the database when they are acknowledged', async () => {
      const agent = await newNode();
      await deploy(agent);
      const assignment = await agent.assignment();
      await agent.report(assignment, InstanceState.LOADING, { percent: 55, phase: 'weights' });
      expect(await row(assignment.instanceId)).toMatchObject({ state: 'loading', percent: 55, phase: 'weights', ready: false });
    });

    it('of a stale generation change nothing', async () => {
      const agent = await newNode();
      const service = await deploy(agent);
      const run = await agent.assignment();
      await agent.report(run, InstanceState.RUNNING);
      await cluster.must('DELETE', `/services/${service.id}`);
      await agent.assignment(({ desired }) => desired === Desired.STOP);
      await agent.report(run, InstanceState.FAILED, { reason: 'exited' });
      expect(await row(run.instanceId)).toMatchObject({ state: 'running', releasedAt: null });
    });

    it('of an older revision change nothing, and states never go backwards', async () => {
      const agent = await newNode();
      await deploy(agent);
      const run = await agent.assignment();
      await agent.report(run, InstanceState.RUNNING, { revision: 100 });
      await agent.report(run, InstanceState.FAILED, { revision: 99 });
      await agent.report(run, InstanceState.STARTING, { revision: 101, ready: false });
      expect(await row(run.instanceId)).toMatchObject({ state: 'running', ready: false });
    });

    it('about another node’s instance change nothing', async () => {
      const [owner, stranger] = [await newNode(), await newNode()];
      await deploy(owner);
      const assignment = await owner.assignment();
      await stranger.report(assignment, InstanceState.FAILED);
      expect(await row(assignment.instanceId)).toMatchObject({ state: 'assigned' });
    });

    it('of a new session count although its revisions start again', async () => {
      const agent = await newNode();
      await deploy(agent);
      const assignment = await agent.assignment();
      await agent.report(assignment, InstanceState.LOADING, { revision: 500 });
      const second = again(agent);
      await second.next('assignments');
      await second.report(assignment, InstanceState.RUNNING, { revision: 1 });
      expect(await row(assignment.instanceId)).toMatchObject({ state: 'running', ready: true });
    });
  });

  describe('questions to the agent', () => {
    it('brings the log, and what the agent says when it has none', async () => {
      const agent = await newNode();
      await deploy(agent);
      const { instanceId } = await agent.assignment();
      const asked = cluster.ask('GET', `/instances/${instanceId}/log?tail=2`);
      const { requestId, tail, follow } = await agent.next('logRequest');
      expect([tail, follow]).toEqual([2, false]);
      const line = (number: number) => ({ number, atMs: 0, text: `line ${number}`, isErrorStream: false });
      agent.send({ $case: 'logChunk', value: { requestId, lines: [line(7)], end: false, error: '' } });
      agent.send({ $case: 'logChunk', value: { requestId, lines: [line(8)], end: true, error: '' } });
      expect((await asked).body).toEqual([{ number: 7, at: null, text: 'line 7', error: false }, { number: 8, at: null, text: 'line 8', error: false }]);
      const second = cluster.ask('GET', `/instances/${instanceId}/log`);
      agent.send({ $case: 'logChunk', value: { requestId: (await agent.next('logRequest', 1)).requestId, lines: [], end: true, error: 'no log is there' } });
      expect(await second).toMatchObject({ status: 404, body: { error: { message: 'no log is there' } } });
    });

    it('checks an instance; when the node goes away meanwhile the answer is 503', async () => {
      const agent = await newNode();
      await deploy(agent);
      const { instanceId } = await agent.assignment();
      const checked = cluster.ask('POST', `/instances/${instanceId}/check`);
      const { requestId } = await agent.next('probeRequest');
      agent.send({ $case: 'probeResult', value: { requestId, ok: true, latencyMs: 3, message: '' } });
      expect((await checked).body).toEqual({ ok: true, latencyMs: 3, message: '' });
      const lost = cluster.ask('POST', `/instances/${instanceId}/check`);
      await agent.next('probeRequest', 1);
      agent.close();
      expect(await lost).toMatchObject({ status: 503, body: { error: { code: 'unavailable' } } });
      expect((await cluster.ask('POST', `/instances/${instanceId}/check`)).status).toBe(503);
    });
  });

  it('renews certificates for the same node, whatever the request asks for', async () => {
    const agent = await newNode();
    const { der } = await newSigningRequest();
    const reply = await new Promise<RenewCertificateReply>((resolve, reject) => {
      agent.client.renewCertificate({ csrDer: der, addresses: ['10.9.8.7'] }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
    const leaf = new X509Certificate(reply.dataCertificateChainPem);
    expect(leaf.subjectAltName).toContain(`/agent/${agent.member.memberId}`);
    expect(leaf.subjectAltName).toContain('10.9.8.7');
  });
});
