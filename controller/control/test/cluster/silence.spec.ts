import { Desired } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NodeLoop } from '../../src/nodes/index.js';
import { SUSPECT_AFTER_MS, UNREACHABLE_AFTER_MS } from '../../src/nodes/node.machine.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import type { FakeAgent } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';

/** Streams stay open and say nothing, as those of a stopped process or a cut link do; the clock is moved, not waited for. */
describeOnEveryDatabase('silence', (makeDatabase) => {
  let lab: NodeLab;
  const talking: NodeJS.Timeout[] = [];

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
  });
  afterEach(async () => {
    for (const timer of talking.splice(0)) clearInterval(timer);
    await lab.stop();
  });

  const talks = (agent: FakeAgent) => {
    const timer = setInterval(() => agent.heartbeat(), 30);
    talking.push(timer);
    return timer;
  };
  const becomes = (agent: FakeAgent, state: string) => lab.until(state, async () => (await lab.view(agent)).state === state);
  const frozen = () => lab.cluster.control.app.get(NodeLoop, { strict: false }).frozen;

  const brakeSince = async () => ((await lab.cluster.must('GET', '/overview')) as { brakeSince: string | null }).brakeSince;

  it('makes a node suspect, then unreachable; words only, and one heartbeat makes it healthy again', async () => {
    const [silent, lively] = [await lab.node('silent'), await lab.node('lively')];
    talks(lively);
    await becomes(silent, 'healthy');
    lab.cluster.clock.advance(SUSPECT_AFTER_MS);
    await becomes(silent, 'suspect');
    lab.cluster.clock.advance(UNREACHABLE_AFTER_MS - SUSPECT_AFTER_MS);
    await becomes(silent, 'unreachable');
    expect(await lab.view(silent)).toMatchObject({ metrics: null });
    await becomes(lively, 'healthy');
    expect(silent.ended).toBe(false);
    silent.heartbeat();
    await becomes(silent, 'healthy');
    expect(await lab.eventCodes(silent)).toEqual(expect.arrayContaining(['node-suspect', 'node-unreachable', 'node-healthy', 'session-opened']));
  });

  it('declares nobody silent in the first minute of a controller', async () => {
    const node = await lab.node('n');
    await becomes(node, 'healthy');
    await lab.restart();
    lab.cluster.clock.advance(59_000);
    await lab.cluster.must('GET', '/nodes');
    expect((await lab.view(node)).state).toBe('healthy');
    lab.cluster.clock.advance(2_000);
    await becomes(node, 'unreachable');
  });

  it('replaces an instance of a lost node after the minutes its service says, and stops the old one when its node returns', async () => {
    const [lost, other, third] = [await lab.node('lost'), await lab.node('other'), await lab.node('third')];
    await lab.importModel();
    for (const agent of [lost, other]) lab.runsEngines(agent);
    talks(third);
    const service = await lab.deploy('chat', [lost.member.memberId, other.member.memberId], { replaceAfterMinutes: 5 });
    await lab.until('readiness', async () => (await lab.service(service)).readyInstances === 1);
    const [first] = (await lab.service(service)).instances;
    const [gone, here] = first?.nodeId === lost.member.memberId ? [lost, other] : [other, lost];
    talks(here);
    lab.cluster.clock.advance(UNREACHABLE_AFTER_MS);
    await becomes(gone, 'unreachable');
    expect(here.known.size).toBe(0);
    lab.cluster.clock.advance(5 * 60_000);
    await lab.until('the successor', async () => (await lab.service(service)).instances.some(({ nodeId, ready }) => nodeId === here.member.memberId && ready));
    gone.heartbeat();
    await gone.assignment(({ instanceId, desired }) => instanceId === first?.id && desired === Desired.STOP);
  });

  it('brakes when most nodes fall silent at once: nothing is replaced, and the events say why', async () => {
    const nodes = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => lab.node(name)));
    const [home, b, c, d, e] = nodes as [FakeAgent, FakeAgent, FakeAgent, FakeAgent, FakeAgent];
    await lab.importModel();
    lab.runsEngines(home);
    for (const agent of [d, e]) talks(agent);
    const service = await lab.deploy('chat', [home.member.memberId, d.member.memberId], { replaceAfterMinutes: 1 });
    await home.assignment();
    const another = await lab.deploy('another', [b.member.memberId]);
    await b.assignment();
    await lab.until('readiness', async () => (await lab.service(service)).readyInstances === 1);
    expect(await brakeSince()).toBeNull();
    lab.cluster.clock.advance(UNREACHABLE_AFTER_MS);
    for (const agent of [home, b, c]) await becomes(agent, 'unreachable');
    await lab.until('the brake', () => Promise.resolve(frozen()));
    const since = Date.parse((await brakeSince()) ?? '');
    expect(Math.abs(lab.cluster.clock.now() - since)).toBeLessThan(10_000);
    lab.cluster.clock.advance(10 * 60_000);
    expect(Date.parse((await brakeSince()) ?? '')).toBe(since);
    expect((await lab.service(service)).instances).toMatchObject([{ nodeName: 'a', unknown: true }]);
    expect(frozen()).toBe(true);
    expect(d.known.size).toBe(0);
    expect(await lab.eventCodes(b)).toContain('brake-engaged');
    // Its node cannot be asked: without the brake the books would forget it now.
    await lab.cluster.must('DELETE', `/services/${another}`);
    await lab.until('a deletion under way', async () => (await lab.service(another)).state === 'deleting');
    await lab.until('the tombstone', () => Promise.resolve([...b.known.values()].some(({ desired }) => desired === Desired.STOP)));
    expect(frozen()).toBe(true);
    expect((await lab.service(another)).state).toBe('deleting');
    lab.runsEngines(b);
    for (const agent of [home, b, c]) talks(agent);
    await lab.until('the end of the brake', () => Promise.resolve(!frozen()));
    expect(await brakeSince()).toBeNull();
    await lab.until('the end of the deletion', async () => (await lab.cluster.ask('GET', `/services/${another}`)).status === 404);
  });
});
