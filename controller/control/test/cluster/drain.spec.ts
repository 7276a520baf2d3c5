import { Desired } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RETIRE_MS } from '../../src/services/drain-wait.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import { NodeLab } from './fixtures/node-lab.js';

describeOnEveryDatabase('draining a node', (makeDatabase) => {
  let lab: NodeLab;
  let watching = false;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    await lab.importModel();
  });
  afterEach(async () => {
    watching = false;
    await lab.stop();
  });

  const targets = () => lab.routedNodes();
  const ready = (id: string, count = 1) => lab.until('readiness', async () => (await lab.service(id)).readyInstances === count);
  const drain = async (id: string, body: object = {}) => ((await lab.cluster.must('POST', `/nodes/${id}/drain`, body)) as { operation: { id: string } }).operation.id;

  it('moves every instance without a moment in which none is ready, then holds the node in maintenance', async () => {
    const [from, to] = [await lab.node('from'), await lab.node('to')];
    for (const agent of [from, to]) lab.runsEngines(agent);
    const service = await lab.deploy('chat', [from.member.memberId, to.member.memberId]);
    await ready(service);
    const [first] = (await lab.service(service)).instances;
    const [left, goal] = first?.nodeId === from.member.memberId ? [from, to] : [to, from];
    let outages = 0;
    watching = true;
    const watch = (async () => {
      while (watching) {
        if ((await targets()).length === 0) outages += 1;
        await new Promise(setImmediate);
      }
    })();
    const operation = await drain(left.member.memberId, { reason: 'new disk' });
    expect(await lab.view(left)).toMatchObject({ availability: 'draining', availabilityReason: 'new disk', operation: { id: operation, kind: 'drain-node' } });
    await lab.until('the new route', async () => { const now = await targets(); return now.length === 1 && now[0] === goal.member.memberId; });
    // Requests in flight on the old one have their time.
    expect([...left.known.values()].every(({ desired }) => desired === Desired.RUN)).toBe(true);
    lab.cluster.clock.advance(RETIRE_MS);
    for (const agent of [from, to]) agent.heartbeat();
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded', steps: [{ id: 'move', state: 'succeeded' }] });
    watching = false;
    await watch;
    expect(outages).toBe(0);
    expect(await lab.view(left)).toMatchObject({ availability: 'maintenance', availabilityReason: 'new disk', instanceCount: 0 });
    expect(await lab.eventCodes(left)).toEqual(expect.arrayContaining(['drain-started', 'drain-done']));
    const more = (await lab.cluster.ask('POST', '/services', { name: 'other', modelId: lab.modelId, nodeIds: [left.member.memberId] })).body as { error: { message: string } };
    expect(more.error.message).toContain('is in maintenance (new disk)');
    expect(await (lab.cluster.must('POST', `/nodes/${left.member.memberId}/resume`))).toMatchObject({ availability: 'active', availabilitySince: null });
  });

  it('leaves what fits nowhere and names it with the reason; by force it is stopped last', async () => {
    const only = await lab.node('only');
    lab.runsEngines(only);
    const service = await lab.deploy('chat');
    await ready(service);
    const ended = await lab.over(await drain(only.member.memberId));
    expect(ended).toMatchObject({ state: 'failed', failureCode: 'instances-stay' });
    expect(ended.failure).toMatch(/chat #1: no node can carry it: only is being drained/);
    expect(await targets()).toEqual([only.member.memberId]);
    expect(await lab.view(only)).toMatchObject({ availability: 'maintenance', instanceCount: 1 });
    expect(await lab.over(await drain(only.member.memberId, { force: true }))).toMatchObject({ state: 'succeeded' });
    expect(await targets()).toEqual([]);
    await lab.cluster.must('POST', `/nodes/${only.member.memberId}/resume`);
    await ready(service);
  });

  it('is taken back by resume: what ran goes on, its half-made successor goes', async () => {
    const from = await lab.node('from');
    lab.runsEngines(from);
    const service = await lab.deploy('chat');
    await ready(service);
    const to = await lab.node('to');
    const operation = await drain(from.member.memberId);
    const successor = await to.assignment();
    await lab.cluster.must('POST', `/nodes/${from.member.memberId}/resume`);
    expect(await lab.over(operation)).toMatchObject({ state: 'cancelled' });
    await to.assignment(({ instanceId, desired }) => instanceId === successor.instanceId && desired === Desired.STOP);
    expect(await targets()).toEqual([from.member.memberId]);
    expect([...from.known.values()].every(({ desired }) => desired === Desired.RUN)).toBe(true);
  });

  it('goes on after a restart of the controller, and not before it knows who is there', async () => {
    const from = await lab.node('from');
    lab.runsEngines(from);
    const service = await lab.deploy('chat');
    await ready(service);
    const to = await lab.node('to');
    const operation = await drain(from.member.memberId);
    await to.assignment();
    await lab.restart();
    const [fromAgain, toAgain] = [lab.back(from), lab.back(to)];
    for (const agent of [fromAgain, toAgain]) lab.runsEngines(agent);
    await ready(service);
    expect((await lab.operation(operation)).state).toBe('running');
    await lab.until('the wait', async () => (await lab.operation(operation)).steps[0]?.message.includes('not sure'));
    expect([...fromAgain.known.values()].every(({ desired }) => desired === Desired.RUN)).toBe(true);
    lab.cluster.clock.advance(60_000);
    for (const agent of [fromAgain, toAgain]) agent.heartbeat();
    await lab.until('the new route', async () => (await targets()).join() === to.member.memberId);
    lab.cluster.clock.advance(RETIRE_MS);
    for (const agent of [fromAgain, toAgain]) agent.heartbeat();
    expect(await lab.over(operation)).toMatchObject({ state: 'succeeded' });
  }, 40_000);

  it('moves one instance after the other', async () => {
    const from = await lab.node('from');
    lab.runsEngines(from);
    const services = [await lab.deploy('a'), await lab.deploy('b')];
    for (const id of services) await ready(id);
    const to = await lab.node('to');
    const operation = await drain(from.member.memberId);
    await to.assignment();
    await lab.until('the step', async () => (await lab.operation(operation)).steps[0]?.message.includes('moves'));
    expect(to.known.size).toBe(1);
    lab.runsEngines(to);
    await lab.until('the first moved, out of the route where it was', async () => (await targets()).sort().join() === [from, to].map(({ member }) => member.memberId).sort().join());
    lab.cluster.clock.advance(RETIRE_MS);
    for (const agent of [from, to]) agent.heartbeat();
    await lab.until('the second', () => Promise.resolve(to.known.size === 2));
  }, 40_000);

  it('refuses a second drain', async () => {
    const only = await lab.node('only');
    lab.runsEngines(only);
    await ready(await lab.deploy('chat'));
    await lab.node('to');
    await drain(only.member.memberId);
    expect(await lab.cluster.ask('POST', `/nodes/${only.member.memberId}/drain`, {})).toMatchObject({ status: 409, body: { error: { message: 'only is being drained already' } } });
  });
});
