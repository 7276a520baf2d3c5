import { Desired, InstanceState } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InstanceSignals } from '../../src/instances/index.js';
import { RETIRE_MS } from '../../src/services/drain-wait.js';
import { Traffic } from '../../src/traffic/index.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import type { FakeAgent } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';

describeOnEveryDatabase('the life of a service', (makeDatabase) => {
  let lab: NodeLab;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    await lab.importModel();
  });
  afterEach(() => lab.stop());

  const targets = async () => (await lab.routes()).flatMap((route) => route.targets.map(({ instanceId }) => instanceId));
  const ready = (id: string, count = 1) => lab.until('readiness', async () => (await lab.service(id)).readyInstances === count);
  const patch = (id: string, body: object) => lab.cluster.must('PATCH', `/services/${id}`, body);
  const codes = async (id: string) => ((await lab.cluster.must('GET', `/services/${id}/events?limit=100`)) as { items: { code: string }[] }).items.map(({ code }) => code);
  /** Time passes; whoever waits for it looks again. */
  const pass = (agents: FakeAgent[], service: string) => {
    lab.cluster.clock.advance(RETIRE_MS);
    for (const agent of agents) agent.heartbeat();
    lab.cluster.control.app.get(InstanceSignals, { strict: false }).serviceTouched(service);
  };

  it('is changed one instance after the other, with a route at every moment', async () => {
    const agents = [await lab.node('a'), await lab.node('b')];
    for (const agent of agents) lab.runsEngines(agent);
    const id = await lab.deploy('chat', [], { instances: 2 });
    await ready(id, 2);
    const before = await targets();
    expect(await patch(id, { contextLength: 256, note: 'shorter' })).toMatchObject({ revision: 2, contextLength: 256, outdatedInstances: 2 });
    let fewest = 2;
    await lab.until('the end of the rollout', async () => {
      fewest = Math.min(fewest, (await targets()).length);
      const now = await lab.service(id);
      if (now.instances.length > 3) throw new Error(`${now.instances.length} instances at once`);
      pass(agents, id);
      return now.outdatedInstances === 0 && now.instances.length === 2 && now.readyInstances === 2;
    });
    expect(fewest).toBe(2);
    expect((await targets()).some((instanceId) => before.includes(instanceId))).toBe(false);
    const { instances } = await lab.service(id);
    expect(instances.every(({ revision }) => revision === 2)).toBe(true);
    expect(agents.flatMap((agent) => [...agent.known.values()]).filter(({ desired }) => desired === Desired.RUN).map(({ intent }) => intent?.argv)).toEqual(Array(2).fill(['--ctx-size', '256', '--parallel', '4']));
    expect(await codes(id)).toEqual(expect.arrayContaining(['created', 'revision', 'instance-created', 'instance-ready', 'instance-retired', 'instance-stopped']));
    await lab.cluster.must('POST', `/services/${id}/revert`, { revision: 1 });
    expect(await lab.cluster.must('GET', `/services/${id}/revisions`)).toMatchObject([
      { revision: 3, current: true, contextLength: 512, note: 'as revision 1' }, { revision: 2, current: false, contextLength: 256, note: 'shorter' }, { revision: 1, contextLength: 512 },
    ]);
  }, 40_000);

  it('keeps the old one when the new revision does not start, also over a restart, and is mended by reverting', async () => {
    const agent = await lab.node('a');
    const id = await lab.deploy('chat');
    const first = await agent.assignment();
    await agent.report(first, InstanceState.RUNNING);
    await ready(id);
    await patch(id, { contextLength: 128 });
    const failed = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      const tried = await agent.assignment(({ desired, instanceId, intent }) => desired === Desired.RUN && instanceId !== first.instanceId && intent?.argv.includes('128') === true && !failed.has(instanceId));
      failed.add(tried.instanceId);
      await agent.report(tried, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
      pass([agent], id);
    }
    await lab.until('the verdict', async () => (await lab.service(id)).message.includes('revision 2 does not start (exited)'));
    expect(await targets()).toEqual([first.instanceId]);
    await lab.restart();
    const again = lab.back(agent);
    await again.next('assignments');
    expect(await lab.service(id)).toMatchObject({ state: 'ready', outdatedInstances: 1 });
    expect(await targets()).toEqual([first.instanceId]);
    await lab.cluster.must('POST', `/services/${id}/revert`, { revision: 1 });
    expect(await lab.until('the end of it', async () => { const now = await lab.service(id); return now.outdatedInstances === 0 && now.instances.length === 1 ? now : undefined; })).toMatchObject({ message: '', instances: [{ id: first.instanceId }] });
    expect(again.known.get(first.instanceId)?.desired).toBe(Desired.RUN);
  }, 40_000);

  it('without room for a second instance is replaced in its place, and says before that calls will fail', async () => {
    const { memory: { totalBytes } } = (await lab.cluster.must('POST', '/services/plan', { name: 'chat', modelId: lab.modelId })) as { memory: { totalBytes: number } };
    const agent = await lab.node('a', { memoryBytes: 512 * 2 ** 20 + Math.round(totalBytes * 1.5) });
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    expect((await lab.cluster.ask('POST', '/services', { name: 'other', modelId: lab.modelId })).status).toBe(422);
    await patch(id, { contextLength: 256 });
    expect(await codes(id)).toContain('rollout-outage');
    await lab.until('the retirement', async () => (await targets()).length === 0);
    expect([...agent.known.values()].every(({ desired }) => desired === Desired.RUN)).toBe(true);
    pass([agent], id);
    await lab.until('the new one', async () => { const now = await lab.service(id); return now.readyInstances === 1 && now.outdatedInstances === 0; });
  });

  it('is stopped after its answers had their time, stays, and is started again', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    await lab.cluster.must('POST', `/services/${id}/stop`);
    await lab.until('no route', async () => (await targets()).length === 0);
    expect([...agent.known.values()].every(({ desired }) => desired === Desired.RUN)).toBe(true);
    expect(await lab.service(id)).toMatchObject({ state: 'stopped', phase: 'stopping', stopped: true, wantedInstances: 1 });
    pass([agent], id);
    await lab.until('its end', async () => (await lab.service(id)).instances.length === 0);
    expect(await lab.service(id)).toMatchObject({ state: 'stopped', message: '' });
    await lab.cluster.must('POST', `/services/${id}/start`);
    await ready(id);
  });

  it('wants as many instances as it is told, and takes one out of the routes before it stops', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    expect(await patch(id, { wantedInstances: 3 })).toMatchObject({ wantedInstances: 3, revision: 1 });
    await ready(id, 3);
    const { instances: [gone] } = await lab.service(id);
    await lab.cluster.must('DELETE', `/services/${id}/instances/${gone?.id ?? ''}`);
    await lab.until('two routes', async () => (await targets()).length === 2);
    expect(agent.known.get(gone?.id ?? '')?.desired).toBe(Desired.RUN);
    pass([agent], id);
    await lab.until('its end', () => Promise.resolve(agent.known.get(gone?.id ?? '')?.desired === Desired.STOP));
    expect(await patch(id, { wantedInstances: 0 })).toMatchObject({ wantedInstances: 0 });
  });

  it('is scaled by what gateways say, within its limits, and says why', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    const limits = { min: 1, max: 3, targetInFlight: 2, maxQueueSeconds: 5, scaleDownAfterMinutes: 1, zeroAfterMinutes: null, windows: [], timeZone: 'UTC' };
    expect(await lab.cluster.ask('PATCH', `/services/${id}`, { scaling: { ...limits, timeZone: 'Nowhere/Land' } })).toMatchObject({ status: 400, body: { error: { field: 'scaling.timeZone' } } });
    await patch(id, { scaling: limits });
    expect(await lab.cluster.ask('PATCH', `/services/${id}`, { wantedInstances: 2 })).toMatchObject({ status: 409 });
    const busy = (inFlight: number) => lab.cluster.control.app.get(Traffic, { strict: false }).report('gateway', { instances: [], services: [{ serviceId: id, inFlight, waiting: 0, longestWaitMs: 0 }] });
    busy(1);
    await lab.until('its first decision', async () => (await lab.service(id)).scalingReason !== '');
    expect(await codes(id), 'one stays one: nothing was scaled').not.toContain('scaled');
    busy(5);
    await ready(id, 3);
    expect(await lab.service(id)).toMatchObject({ wantedInstances: 3, scalingReason: '5 call(s) in flight, 2 for each instance' });
    expect(await codes(id)).toContain('scaled');
    await lab.until('one', async () => {
      lab.cluster.clock.advance(31_000);
      busy(0);
      agent.heartbeat();
      return (await lab.service(id)).wantedInstances === 1;
    });
  }, 30_000);

  it('sleeps when nobody calls, if it may, and is woken by a call that waits', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    const traffic = lab.cluster.control.app.get(Traffic, { strict: false });
    const says = (waiting: number) => traffic.report('gateway', { instances: [], services: [{ serviceId: id, inFlight: waiting, waiting, longestWaitMs: 0 }] });
    const startsOnCall = async () => (await lab.routes())[0]?.startsOnCall;
    expect(await startsOnCall()).toBe(false);
    await patch(id, { scaling: { min: 0, max: 2, targetInFlight: 2, maxQueueSeconds: 5, scaleDownAfterMinutes: 1, zeroAfterMinutes: 10, windows: [], timeZone: 'UTC' } });
    traffic.called(id, lab.cluster.clock.now());
    let turns = 0;
    await lab.until('sleep', async () => {
      lab.cluster.clock.advance(31_000);
      says(0);
      agent.heartbeat();
      turns += 1;
      return (await lab.service(id)).wantedInstances === 0;
    });
    expect(turns, 'half minutes until it slept').toBeGreaterThanOrEqual(19);
    await lab.until('its end', async () => {
      pass([agent], id);
      return (await lab.service(id)).instances.length === 0;
    });
    expect(await lab.service(id)).toMatchObject({ state: 'stopped', stopped: false, message: 'no call for 10 minutes; the next one starts an instance' });
    expect(await startsOnCall()).toBe(true);
    says(1);
    await ready(id);
    expect(await codes(id)).toContain('scaled');
    await lab.cluster.must('POST', `/services/${id}/stop`);
    expect(await startsOnCall()).toBe(false);
  }, 40_000);

  it('tries what failed again when a person wishes it, with a change as well, and touches nothing that runs', async () => {
    const agent = await lab.node('a');
    const id = await lab.deploy('chat', [], { instances: 2 });
    const retry = (body?: object) => lab.cluster.ask('POST', `/services/${id}/retry`, body);
    const next = (known: Set<string>) => agent.assignment(({ desired, instanceId }) => desired === Desired.RUN && !known.has(instanceId));
    const seen = new Set<string>();
    const runs = await next(seen);
    seen.add(runs.instanceId);
    await agent.report(runs, InstanceState.RUNNING);
    for (let round = 0; round < 3; round += 1) {
      const tried = await next(seen);
      seen.add(tried.instanceId);
      expect(await retry()).toMatchObject({ status: 409, body: { error: { message: round === 0 ? 'nothing of chat failed: 1 of 2 instance(s) are ready' : `nothing of chat is failed now: instance 2 is being tried again already` } } });
      await agent.report(tried, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
      if (round < 2) pass([agent], id);
    }
    await lab.until('the verdict', async () => (await lab.service(id)).message.includes('is not tried again'));
    lab.cluster.clock.advance(1);
    expect(await retry()).toMatchObject({ status: 200, body: { revision: 1 } });
    const again = await next(seen);
    seen.add(again.instanceId);
    expect(agent.known.get(runs.instanceId)).toMatchObject({ desired: Desired.RUN, generation: runs.generation });
    lab.cluster.clock.advance(1);
    await agent.report(again, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
    // Counted from the beginning: the next one waits as after a first failure.
    expect((await lab.service(id)).message).toContain('next try in 10 s');
    expect(await retry({ contextLength: 99_999_999 })).toMatchObject({ status: 400, body: { error: { field: 'contextLength' } } });
    expect(await retry({ parameters: '--host 0.0.0.0' })).toMatchObject({ status: 400, body: { error: { field: 'parameters' } } });
    expect(await retry({ contextLength: 256, note: 'less memory' })).toMatchObject({ status: 200, body: { revision: 2, contextLength: 256 } });
    expect((await next(seen)).intent?.argv).toEqual(['--ctx-size', '256', '--parallel', '4']);
    expect(await codes(id)).toContain('retried');
    await lab.cluster.must('POST', `/services/${id}/stop`);
    expect(await retry()).toMatchObject({ status: 409, body: { error: { message: 'chat is stopped: start it' } } });
  });

  it('says why an instance failed, from the log that its node still has, and what may mend it', async () => {
    const agent = await lab.node('a');
    const id = await lab.deploy('chat');
    const started = await agent.assignment();
    await agent.report(started, InstanceState.FAILED, { reason: 'exited', message: 'the engine ended with code 1' });
    const { requestId, instanceId } = await agent.next('logRequest');
    expect(instanceId).toBe(started.instanceId);
    const text = 'ggml_backend_cuda_buffer_type_alloc_buffer: cudaMalloc failed: out of memory';
    agent.send({ $case: 'logChunk', value: { requestId, lines: [{ number: 7, atMs: 0, text, isErrorStream: true }], end: true, error: '' } });
    const failed = await lab.until('the diagnosis', async () => (await lab.service(id)).instances.find(({ diagnosis }) => diagnosis !== null));
    expect(failed.diagnosis).toMatchObject({ evidence: text, evidenceLine: 7 });
    expect((await lab.service(id)).message).toContain(failed.diagnosis?.title);
    expect(await codes(id)).toContain('instance-failed');
  });

  it('refuses a change that would fit nowhere, and revisions that are not there', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    expect(await lab.cluster.ask('PATCH', `/services/${id}`, { contextLength: 4096 })).toMatchObject({ status: 422, body: { error: { field: 'contextLength' } } });
    expect(await lab.cluster.ask('PATCH', `/services/${id}`, { parameters: '--host 0.0.0.0' })).toMatchObject({ status: 400, body: { error: { field: 'parameters' } } });
    expect(await lab.cluster.ask('POST', `/services/${id}/revert`, { revision: 7 })).toMatchObject({ status: 404 });
    expect(await lab.cluster.ask('POST', `/services/${id}/revert`, { revision: 1 })).toMatchObject({ status: 409 });
    expect(await patch(id, { contextLength: 512 })).toMatchObject({ revision: 1 });
  });

  it('tells what would fit and what would break without a node', async () => {
    const agent = await lab.node('a');
    lab.runsEngines(agent);
    const id = await lab.deploy('chat');
    await ready(id);
    const what = (body: object) => lab.cluster.must('POST', '/services/what-if', body);
    expect(await what({ withoutNodeIds: [agent.member.memberId] })).toMatchObject({ plans: [], affected: [{ serviceId: id, serviceName: 'chat', instances: 1, movable: 0, outage: true }] });
    expect(await what({ add: [{ name: 'x', modelId: lab.modelId }] })).toMatchObject({ plans: [{ fits: true }], affected: [] });
    expect(await what({ add: [{ name: 'x', modelId: lab.modelId }], withoutNodeIds: [agent.member.memberId] })).toMatchObject({ plans: [{ fits: false }] });
    await lab.node('b');
    expect(await what({ withoutNodeIds: [agent.member.memberId] })).toMatchObject({ affected: [{ movable: 1, outage: false }] });
    expect((await lab.cluster.ask('POST', '/services/what-if', { withoutNodeIds: ['nobody'] })).status).toBe(400);
  });
});
