import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { groupsAcrossNodes } from './scenarios/groups.js';

describe('an instance across nodes', () => {
  const cluster = useCluster(() => ({ agents: 3, cards: 2, engine: { kind: 'fake-groups' as const }, script: { loadMs: 100, rankBlind: true } }));
  const kill = (pid: number) => void process.kill(pid, 'SIGKILL');
  const { deploy, nodeIds, enginesOf, newest, replaced, untouched } = groupsAcrossNodes(cluster, { ranks: [1, 0], kill: ({ pid }) => kill(pid) });

  test('a silent node makes the group unknown, not dead; with its agent it is known again', async () => {
    const { admin, agents } = cluster();
    const service = await deploy('silent', nodeIds().slice(0, 2));
    const before = enginesOf('silent').map(({ pid }) => pid).sort();
    const agent = agents[1]!;
    await agent.stop('SIGTERM', 10_000);
    await waitFor(async () => (await newest(service.id)).unknown, { what: 'unknown', timeoutMs: 70_000, everyMs: 500 });
    expect(await newest(service.id)).toMatchObject({ state: 'running', health: 'unknown' });
    agent.start();
    await waitFor(async () => !(await newest(service.id)).unknown, { what: 'known again', timeoutMs: 30_000, everyMs: 200 });
    expect(enginesOf('silent').map(({ pid }) => pid).sort()).toEqual(before);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('silent')).toEqual([]);
    await untouched();
  }, 180_000);

  test('a rank lost while its node is away: the group ends everywhere else and starts again where it can; the node cleans up when it is back', async () => {
    const { admin, agents } = cluster();
    await cluster().scriptEngines({ loadMs: 100, rankBlind: false });
    const service = await deploy('lost', []);
    const before = await newest(service.id);
    const lostNode = before.members.find(({ rank }) => rank === 1)!;
    const agent = agents[nodeIds().indexOf(lostNode.nodeId)]!;
    await agent.stop('SIGTERM', 10_000);
    kill(enginesOf('lost').find(({ rank }) => rank === 1)!.pid);
    await waitFor(async () => (await admin.nodes()).find(({ id }) => id === lostNode.nodeId)?.state !== 'healthy', { what: 'silence', timeoutMs: 60_000, everyMs: 200 });
    const after = await replaced(service, before.id);
    expect(after.members.map(({ nodeId }) => nodeId)).not.toContain(lostNode.nodeId);
    agent.start();
    await cluster().agentHealthy(lostNode.nodeName, 30_000);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('lost')).toEqual([]);
  }, 180_000);

  /** Comes last: its bystander is another process afterwards. */
  test('two machines restart while the controller is away: every member starts its rank by itself, whichever is first, and the controller finds the group as it was', async () => {
    const { admin, control, gatewayUrls } = cluster();
    const agents = cluster().agents.slice(0, 2);
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('powerless'));
    const service = await deploy('powerless', nodeIds().slice(0, 2));
    const before = await newest(service.id);
    await control.stop('SIGTERM', 10_000);
    for (const agent of agents) await agent.stop('SIGKILL', 10_000);
    for (const agent of agents) losePower(join(cluster().directory, agent.name, 'instances'));
    for (const agent of [...agents].reverse()) agent.start();
    await waitFor(async () => streamChat(client, 'powerless'), { what: 'an answer without the controller', timeoutMs: 60_000, everyMs: 200 });
    const engines = enginesOf('powerless').map(({ pid, rank }) => `${rank} ${pid}`).sort();
    expect(engines).toHaveLength(2);
    expect(enginesOf('bystander')).toHaveLength(1);
    control.start();
    await cluster().controlReady(30_000);
    for (const { name } of agents) await cluster().agentHealthy(name, 30_000);
    await admin.serviceReady(service.id);
    expect(await newest(service.id)).toMatchObject({ id: before.id, ready: true });
    expect(enginesOf('powerless').map(({ pid, rank }) => `${rank} ${pid}`).sort()).toEqual(engines);
    await admin.deleteServiceAndWait(service.id);
    expect(enginesOf('powerless')).toEqual([]);
  }, 120_000);
});

/** Engines of an agent end with everything around them, and what they wrote about themselves tells of an earlier life of the machine. */
function losePower(instances: string): void {
  for (const name of readdirSync(instances)) {
    const file = join(instances, name, 'pid');
    const [stat = ''] = readFileSync(file, 'utf8').split('\n');
    const pid = Number.parseInt(stat, 10);
    if (existsSync(`/proc/${pid}`)) process.kill(-pid, 'SIGKILL');
    writeFileSync(file, `${stat}\n00000000-0000-4000-8000-000000000000\n`);
  }
}
