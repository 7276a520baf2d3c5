import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Desired, InstanceState, type Assignment } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTROL_CONFIG, type ControlConfig } from '../../src/config/index.js';
import { InstanceRuns, RUNS_KEEP_MS } from '../../src/instances/instance-runs.js';
import { InstanceRow, InstanceSignals, freshMember } from '../../src/instances/index.js';
import { LogKeeper, LOG_EVERY_MS } from '../../src/instances/log-keeper.js';
import { Store } from '../../src/store/index.js';
import { describeOnEveryDatabase } from '../fixtures/databases.js';
import type { FakeAgent } from './fixtures/fake-agent.js';
import { NodeLab } from './fixtures/node-lab.js';

interface Run {
  readonly instanceId: string;
  readonly state: string;
  readonly reason: string;
  readonly nodeName: string | null;
  readonly endedAt: string | null;
  readonly hasLog: boolean;
  readonly diagnosis: { readonly evidence: string } | null;
  readonly members: readonly { readonly rank: number; readonly nodeName: string | null; readonly hasLog: boolean }[];
}

describeOnEveryDatabase('what is kept of instances', (makeDatabase) => {
  let lab: NodeLab;
  let agent: FakeAgent;
  let id: string;
  let first: Assignment;

  beforeEach(async () => {
    lab = await NodeLab.start(await makeDatabase());
    await lab.importModel();
    agent = await lab.node('a');
    id = await lab.deploy('chat');
    first = await agent.assignment();
  });
  afterEach(() => lab.stop());

  const app = () => lab.cluster.control.app;
  const line = (number: number, text = `line ${number}`) => ({ number, atMs: 0, text, isErrorStream: false });
  const log = async (instanceId: string, tail = 100) => ((await lab.cluster.must('GET', `/instances/${instanceId}/log?tail=${tail}`)) as { text: string }[]).map(({ text }) => text);
  const runs = async (query = '') => ((await lab.cluster.must('GET', `/services/${id}/runs${query}`)) as { items: Run[]; next: string | null });
  const run = (instanceId: string, holds: (run: Run) => boolean) => lab.until('the run', async () => (await runs()).items.find((one) => one.instanceId === instanceId && holds(one)));
  /** Answers the next question for a log that was not answered yet. */
  let answered = 0;
  const answer = async (...lines: ReturnType<typeof line>[]) => {
    const { requestId } = await agent.next('logRequest', answered++);
    agent.send({ $case: 'logChunk', value: { requestId, lines, end: true, error: '' } });
  };
  const lastWords = (instanceId: string, ...lines: ReturnType<typeof line>[]) => agent.send({ $case: 'logChunk', value: { requestId: `last:${instanceId}`, lines, end: true, error: '' } });
  beforeEach(() => void (answered = 0));

  it('its log from the start, and what the agent says at the end; after the deletion of everything', async () => {
    await agent.report(first, InstanceState.RUNNING);
    await answer(line(1), line(2));
    await run(first.instanceId, ({ hasLog, state }) => hasLog && state === 'running');
    await lab.cluster.must('DELETE', `/services/${id}`);
    const tombstone = await agent.assignment(({ desired }) => desired === Desired.STOP);
    lastWords(first.instanceId, line(2), line(3, 'bye'));
    await agent.report(tombstone, InstanceState.STOPPED);
    await lab.until('the end of the service', async () => (await lab.cluster.ask('GET', `/services/${id}`)).status === 404);
    expect(await run(first.instanceId, ({ endedAt, hasLog }) => endedAt !== null && hasLog)).toMatchObject({ state: 'stopped', nodeName: 'a' });
    expect(await lab.until('the log', async () => { const lines = await log(first.instanceId); return lines.length === 3 ? lines : undefined; })).toEqual(['line 1', 'line 2', 'bye']);
    expect(await log(first.instanceId, 1)).toEqual(['bye']);
    expect((await lab.cluster.must('GET', '/instance-runs?serviceName=chat')) as object).toMatchObject({ items: [{ instanceId: first.instanceId, serviceName: 'chat' }] });
  });

  it('of one that failed: the log it was judged by, also when its node dies, and of every try one', async () => {
    await agent.report(first, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
    await answer(line(7, 'cudaMalloc failed: out of memory'));
    expect(await run(first.instanceId, ({ hasLog, state }) => hasLog && state === 'failed')).toMatchObject({ reason: 'exited' });
    agent.close();
    expect(await log(first.instanceId)).toEqual(['cudaMalloc failed: out of memory']);
    const again = lab.back(agent);
    await again.next('assignments');
    lab.cluster.clock.advance(20_000);
    again.heartbeat();
    app().get(InstanceSignals, { strict: false }).serviceTouched(id);
    const next = await again.assignment(({ instanceId, desired }) => instanceId !== first.instanceId && desired === Desired.RUN);
    await run(next.instanceId, ({ state }) => state === 'assigned');
    const page = await runs('?limit=1');
    expect(page.items.map(({ instanceId }) => instanceId)).toEqual([next.instanceId]);
    expect((await runs(`?limit=1&before=${page.next ?? ''}`)).items.map(({ instanceId }) => instanceId)).toEqual([first.instanceId]);
    await lab.restart();
    expect(await log(first.instanceId)).toEqual(['cudaMalloc failed: out of memory']);
    expect((await runs()).items).toHaveLength(2);
  }, 30_000);

  it('nothing of what another node says, and a broken file is no end', async () => {
    const other = await lab.node('b', { machineId: 'm-2' });
    other.send({ $case: 'logChunk', value: { requestId: `last:${first.instanceId}`, lines: [line(1, 'forged')], end: true, error: '' } });
    await other.report({ instanceId: first.instanceId, generation: 1 }, InstanceState.RUNNING);
    await agent.report(first, InstanceState.RUNNING);
    await answer(line(1, 'true'));
    await run(first.instanceId, ({ hasLog }) => hasLog);
    agent.close();
    const file = join(app().get<ControlConfig>(CONTROL_CONFIG, { strict: false }).dataDir, 'engine-logs', `${first.instanceId}.log.gz`);
    const kept = await lab.until('the kept log', async () => { const lines = (await lab.cluster.ask('GET', `/instances/${first.instanceId}/log`)).body as { text: string }[] | object; return Array.isArray(lines) ? lines : undefined; });
    expect(kept).toMatchObject([{ text: 'true' }]);
    await writeFile(file, 'no log');
    const keeper = app().get(LogKeeper, { strict: false });
    const nodeId = agent.member.memberId;
    await keeper.lastWords(nodeId, first.instanceId, [{ number: 9, at: null, text: 'anew', error: false }], true);
    await lab.until('a new file', async () => (await keeper.read({ instanceId: first.instanceId, rank: 0 }, 9).catch(() => undefined))?.[0]?.text === 'anew');
  });

  it('of every member of a group, by its rank: while it runs, when it ended, and when its nodes are gone', async () => {
    const other = await lab.node('b', { machineId: 'm-2' });
    const stranger = await lab.node('c', { machineId: 'm-3' });
    const members = [agent, other].map(({ member }, rank) => freshMember({ rank, nodeId: member.memberId, gpuUuids: [], intent: first.intent! }));
    await app().get(Store, { strict: false }).transaction(({ manager }) => manager.update(InstanceRow, { id: first.instanceId }, { members }));
    const ask = async (rank: number) => lab.cluster.ask('GET', `/instances/${first.instanceId}/log?rank=${rank}`);
    const words = async (rank: number) => lab.until(`the log of rank ${rank}`, async () => { const { body } = await ask(rank); return Array.isArray(body) ? body.map(({ text }: { text: string }) => text) : undefined; });
    const answers = async (from: FakeAgent, skip: number, text: string) => from.send({ $case: 'logChunk', value: { requestId: (await from.next('logRequest', skip)).requestId, lines: [line(1, text)], end: true, error: '' } });

    await other.report(first, InstanceState.RUNNING, { ready: false });
    await agent.report(first, InstanceState.RUNNING);
    await Promise.all([answers(agent, 0, 'head'), answers(other, 0, 'worker')]);
    await run(first.instanceId, ({ members: ranks }) => ranks.length === 2);
    const live = ask(1);
    await answers(other, 1, 'worker now');
    expect((await live).body).toMatchObject([{ text: 'worker now' }]);

    await other.report(first, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
    // The member whose end was the end of all is the one that is judged.
    await answers(other, 2, 'cudaMalloc failed: out of memory');
    expect(await lab.until('the diagnosis', async () => (await runs()).items.find(({ diagnosis }) => diagnosis)?.diagnosis)).toMatchObject({ evidence: 'cudaMalloc failed: out of memory' });
    stranger.send({ $case: 'logChunk', value: { requestId: `last:${first.instanceId}`, lines: [line(1, 'forged')], end: true, error: '' } });
    await stranger.report({ instanceId: first.instanceId, generation: 1 }, InstanceState.RUNNING);
    agent.send({ $case: 'logChunk', value: { requestId: `last:${first.instanceId}`, lines: [line(1, 'head'), line(2, 'bye')], end: true, error: '' } });
    await agent.report(first, InstanceState.STOPPED);
    for (const each of [agent, other]) each.close();
    expect(await lab.until('both', async () => { const [head, worker] = [await words(0), await words(1)]; return head.length === 2 && worker.length >= 1 ? [head, worker] : undefined; })).toEqual([['head', 'bye'], expect.arrayContaining(['cudaMalloc failed: out of memory'])]);
    expect((await ask(2)).status).toBe(404);
    expect(await run(first.instanceId, ({ hasLog }) => hasLog)).toMatchObject({ members: [{ rank: 0, nodeName: 'a', hasLog: true }, { rank: 1, nodeName: 'b', hasLog: true }] });
    const [keeper, table] = [app().get(LogKeeper, { strict: false }), app().get(InstanceRuns, { strict: false })];
    const row = await table.get(first.instanceId);
    expect([row?.memberLogBytes?.length, row?.memberLogBytes?.every((bytes) => bytes > 0), row?.memberLogBytes?.reduce((sum, bytes) => sum + bytes, 0)]).toEqual([2, true, row?.logBytes]);
    await table.dropLogs(first.instanceId);
    await keeper.prune();
    const directory = join(app().get<ControlConfig>(CONTROL_CONFIG, { strict: false }).dataDir, 'engine-logs');
    expect((await readdir(directory)).filter((name) => name.startsWith(first.instanceId))).toEqual([]);
  });

  it('no more than was agreed: old runs, logs of nobody, and all logs together', async () => {
    await agent.report(first, InstanceState.FAILED, { reason: 'exited', message: 'code 1' });
    await answer(line(1));
    await run(first.instanceId, ({ hasLog, state }) => hasLog && state === 'failed');
    const keeper = app().get(LogKeeper, { strict: false });
    const directory = join(app().get<ControlConfig>(CONTROL_CONFIG, { strict: false }).dataDir, 'engine-logs');
    const stray = join(directory, '00000000-0000-7000-8000-000000000000.log.gz');
    await writeFile(stray, '');
    await keeper.prune();
    await expect(rm(stray)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await keeper.read({ instanceId: first.instanceId, rank: 0 }, 9)).toHaveLength(1);
    const table = app().get(InstanceRuns, { strict: false });
    expect(await table.overTotal(0)).toEqual([first.instanceId]);
    lab.cluster.clock.advance(RUNS_KEEP_MS + 1000);
    // Its row is still there, and may be written down once more on the way.
    await lab.until('its run forgotten', async () => (await table.prune(), !(await runs()).items.some(({ instanceId }) => instanceId === first.instanceId)));
    await keeper.prune();
    await expect(rm(join(directory, `${first.instanceId}.log.gz`))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('knows whose log is to be fetched again', async () => {
    await agent.report(first, InstanceState.RUNNING);
    await answer(line(1));
    await run(first.instanceId, ({ hasLog }) => hasLog);
    const table = app().get(InstanceRuns, { strict: false });
    const due = () => table.dueForLog(lab.cluster.clock.now() - LOG_EVERY_MS);
    await lab.until('the fetch', async () => (await due()).length === 0);
    lab.cluster.clock.advance(LOG_EVERY_MS + 1);
    expect(await due()).toEqual([first.instanceId]);
  });
});
