import { status } from '@grpc/grpc-js';
import { CachedModel, Goodbye_Reason, Heartbeat } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelRepository } from '../../src/models/index.js';
import { NodeRepository } from '../../src/nodes/index.js';
import { readMachineId } from '../../src/nodes/node-view.js';
import { Revocations } from '../../src/pki/index.js';
import { RETIRE_MS } from '../../src/services/drain-wait.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import { FakeAgent, inventory } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';

describeOnEveryDatabase('removing a node', (makeDatabase) => {
  let lab: NodeLab;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
  });
  afterEach(() => lab.stop());

  const remove = async (agent: FakeAgent, query = '') => ((await lab.cluster.must('DELETE', `/nodes/${agent.member.memberId}${query}`)) as { id: string }).id;
  const stepsOf = async (id: string) => Object.fromEntries((await lab.operation(id)).steps.map(({ id: step, state, message }) => [step, `${state}: ${message}`]));

  it('orders the agent to clean up, shows its steps, then revokes and forgets', async () => {
    const agent = await lab.node('n');
    agent.cleansUp = false;
    const operation = await remove(agent, '?removeCaches=true');
    const order = await agent.next('removal');
    expect(order).toEqual({ requestId: operation, removeEngines: true, removeCaches: true, removeAgent: true });
    agent.send({ $case: 'removal', value: { requestId: operation, step: 'engines', done: true, message: '2 engines stopped', finished: false } });
    await lab.until('the step', async () => (await stepsOf(operation))['engines'] === 'succeeded: 2 engines stopped');
    let since = Infinity;
    lab.cluster.control.app.get(Revocations, { strict: false }).onRevoked(() => (since = performance.now()));
    for (const step of ['containers', 'caches', 'agent']) agent.send({ $case: 'removal', value: { requestId: operation, step, done: true, message: '', finished: step === 'agent' } });
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded', percent: 100 });
    expect((await agent.next('goodbye')).reason).toBe(Goodbye_Reason.NODE_REMOVED);
    await agent.over();
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(Object.values(await stepsOf(operation)).every((text) => text.startsWith('succeeded'))).toBe(true);
    expect((await lab.cluster.ask('GET', `/nodes/${agent.member.memberId}`)).status).toBe(404);
    const back = lab.back(agent);
    await back.over();
    expect(back.error).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(back.error?.details).toMatch(/was removed .* join again with a new token/);
  });

  it('says of a dead server what stays there', async () => {
    const agent = await lab.node('n');
    agent.close();
    const operation = await remove(agent);
    lab.cluster.clock.advance(15_000);
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
    expect(await stepsOf(operation)).toMatchObject({
      engines: expect.stringMatching(/^skipped: the server .*: engines that run there go on/) as string,
      caches: 'skipped: not asked for: cached model files stay on its disk',
      agent: expect.stringMatching(/^skipped: .*its certificate is worth nothing any more/) as string,
      certificate: 'succeeded: the certificate is revoked',
    });
  });

  it('does not wait for ever for an agent that does not know the order', async () => {
    const agent = await lab.node('n');
    agent.cleansUp = false;
    const operation = await remove(agent);
    await agent.next('removal');
    expect((await lab.operation(operation)).state).toBe('running');
    lab.cluster.clock.advance(30_000);
    agent.heartbeat();
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
    expect((await stepsOf(operation))['engines']).toMatch(/skipped: the agent did not answer within 30 s/);
  });

  it('asks again over a new session', async () => {
    const agent = await lab.node('n');
    agent.cleansUp = false;
    const operation = await remove(agent);
    await agent.next('removal');
    agent.close();
    const again = lab.back(agent);
    expect((await again.next('removal')).requestId).toBe(operation);
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
  });

  describe('with instances', () => {
    beforeEach(() => lab.importModel());

    it('shows what it would stop, and is refused without drain or force', async () => {
      const agent = await lab.node('n');
      lab.runsEngines(agent);
      const service = await lab.deploy('chat');
      await lab.until('readiness', async () => (await lab.service(service)).readyInstances === 1);
      expect(await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/removal`)).toMatchObject({
        refusal: '', reachable: true, instances: [{ serviceName: 'chat', state: 'running', lastReady: true }], outages: ['chat'], cachedModels: [], cachedBytes: 0,
      });
      const { digest, id } = (await lab.cluster.control.app.get(ModelRepository, { strict: false }).get(lab.modelId)) ?? {};
      const held = (over: Partial<CachedModel>): CachedModel => CachedModel.fromPartial({ modelId: id ?? '', manifestDigest: digest ?? '', bytes: 300, complete: true, ...over });
      agent.send({ $case: 'heartbeat', value: Heartbeat.fromPartial({ cachedModels: [held({}), held({ manifestDigest: 'f'.repeat(64), bytes: 50 }), held({ manifestDigest: 'e'.repeat(64), inPlace: true })] }) });
      const preview = await lab.until('the cached models', async () => {
        const now = (await lab.cluster.must('GET', `/nodes/${agent.member.memberId}/removal`)) as { cachedBytes: number; cachedModels: { name: string }[] };
        return now.cachedBytes > 0 && now;
      });
      expect(preview).toMatchObject({ cachedBytes: 350, cachedModels: [{ modelId: id, name: 'tiny', bytes: 300 }, { name: 'a model that is not in the library (ffffffffffff)', bytes: 50 }] });
      expect(await lab.cluster.ask('DELETE', `/nodes/${agent.member.memberId}`)).toMatchObject({ status: 409, body: { error: { code: 'in-use', field: 'force' } } });
    });

    it('drains first when asked to, and the service is ready all the way', async () => {
      const from = await lab.node('from');
      lab.runsEngines(from);
      const service = await lab.deploy('chat');
      await lab.until('readiness', async () => (await lab.service(service)).readyInstances === 1);
      const to = await lab.node('to');
      lab.runsEngines(to);
      const operation = await remove(from, '?drain=true');
      await lab.until('the new route', async () => (await lab.routedNodes()).join() === to.member.memberId);
      lab.cluster.clock.advance(RETIRE_MS);
      for (const agent of [from, to]) agent.heartbeat();
      expect(await lab.over(operation)).toMatchObject({ state: 'succeeded', steps: [{ id: 'move', state: 'succeeded' }, {}, {}, {}, {}, {}] });
      expect(await lab.service(service)).toMatchObject({ state: 'ready', readyInstances: 1, instances: [{ nodeName: 'to' }] });
    });

    it('keeps the node when something cannot move, unless forced', async () => {
      const only = await lab.node('only');
      lab.runsEngines(only);
      const service = await lab.deploy('chat');
      await lab.until('readiness', async () => (await lab.service(service)).readyInstances === 1);
      expect(await lab.over(await remove(only, '?drain=true'))).toMatchObject({ state: 'failed', failureCode: 'instances-stay' });
      expect(await lab.view(only)).toMatchObject({ availability: 'maintenance', instanceCount: 1 });
      expect(await lab.over(await remove(only, '?drain=true&force=true'))).toMatchObject({ state: 'succeeded' });
    });
  });

  describe('survives a restart of the controller', () => {
    it('while it waits for the agent', async () => {
      const agent = await lab.node('n');
      agent.cleansUp = false;
      const operation = await remove(agent);
      await agent.next('removal');
      agent.send({ $case: 'removal', value: { requestId: operation, step: 'engines', done: true, message: 'gone', finished: false } });
      await lab.until('the step', async () => (await stepsOf(operation))['engines'] === 'succeeded: gone');
      await lab.restart();
      const again = lab.back(agent);
      expect((await again.next('removal')).requestId).toBe(operation);
      expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
      expect((await lab.cluster.ask('GET', `/nodes/${agent.member.memberId}`)).status).toBe(404);
    });

    it('after the agent was done and before the certificate was revoked', async () => {
      const agent = await lab.node('n');
      agent.cleansUp = false;
      const operation = await remove(agent);
      await agent.next('removal');
      const { departure } = (await lab.row(agent)) ?? {};
      if (!departure) throw new Error('the node is not being removed');
      const { store, app } = lab.cluster.control;
      // As a kill between the two transactions leaves it.
      await store.transaction((tx) => app.get(NodeRepository, { strict: false }).setDeparture(tx, agent.member.memberId, { ...departure, stage: 'closing' }));
      await lab.restart();
      expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
      const back = lab.back(agent);
      await back.over();
      expect(back.error?.details).toMatch(/was removed/);
    });
  });

  it('never takes the installation’s own node, but others on the same machine', async () => {
    const machineId = readMachineId();
    const own = await FakeAgent.joined(lab.cluster, { machineId }, 'own', machineId);
    const second = await FakeAgent.joined(lab.cluster, { machineId, bootId: 'other' }, 'second', machineId);
    lab.agents.push(own, second);
    expect([(await lab.view(own)).management, (await lab.view(second)).management]).toEqual([true, false]);
    expect(await lab.cluster.must('GET', `/nodes/${own.member.memberId}/removal`)).toMatchObject({ refusal: expect.stringContaining('the installation') as string });
    expect(await lab.cluster.ask('DELETE', `/nodes/${own.member.memberId}?force=true`)).toMatchObject({ status: 409 });
    expect(await lab.over(await remove(second))).toMatchObject({ state: 'succeeded' });
    expect(inventory().machineId).not.toBe(machineId);
  });
});
