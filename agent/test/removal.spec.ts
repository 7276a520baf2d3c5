import { access, chmod, mkdir, readFile, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger, waitFor } from '@openstation/kit';
import { Goodbye_Reason, RemovalOrder, type RemovalProgress } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RemovalFiles, leave } from '../src/removal/index.js';
import { AgentProcess, alive, run } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';

let dispatcher: FakeDispatcher;
let agent: AgentProcess;

beforeEach(async () => {
  dispatcher = await FakeDispatcher.start();
  dispatcher.files.set('model.gguf', Buffer.alloc(300_000, 'weights'));
  agent = await AgentProcess.create(dispatcher);
  await agent.start();
  await waitFor(() => dispatcher.session, { what: 'first session', timeoutMs: 10_000 });
});

afterEach(async () => {
  dispatcher.stop();
  await agent.destroy();
});

async function deploy(instanceId: string): Promise<number> {
  dispatcher.assign(run(dispatcher, instanceId));
  await dispatcher.until(instanceId, `${instanceId} ready`, (status) => status.ready);
  const [pid = 0] = await agent.enginePids();
  return pid;
}

function order(changes: Partial<RemovalOrder>): void {
  dispatcher.send({ $case: 'removal', value: RemovalOrder.fromPartial({ requestId: 'r-1', ...changes }) });
}

/** What all sessions heard about the removal. */
function reports(): RemovalProgress[] {
  return dispatcher.sessions.flatMap((session) => session.received).flatMap(({ body }) => (body?.$case === 'removal' ? [body.value] : []));
}

const steps = () => [...new Set(reports().filter((report) => report.done).map((report) => report.step))];
const finished = () => reports().find((report) => report.finished);
const exists = (name: string) => access(join(agent.directory, name)).then(() => true, () => false);

describe('an order to leave', () => {
  it('everything: engines stopped, their directories, caches, identity gone; each step told; exit code 0', async () => {
    const pid = await deploy('i-1');
    order({ removeEngines: true, removeCaches: true, removeAgent: true });
    expect(await agent.exited()).toBe(0);
    expect(alive(pid)).toBe(false);
    expect(steps()).toEqual(['engines', 'containers', 'caches', 'agent']);
    expect(reports().map((report) => report.message)).toEqual(expect.arrayContaining(['1 engine stopped', 'cached models deleted']));
    expect(finished()).toMatchObject({ step: 'agent', done: true, requestId: 'r-1' });
    expect((await readdir(agent.directory)).sort()).toEqual(['join-token']);
    expect(agent.output).toContain('the program was not installed from an archive and stays');
  });

  it('only the agent: engines and models stay, and nobody is told to stop', async () => {
    const pid = await deploy('i-1');
    order({ removeAgent: true });
    expect(await agent.exited()).toBe(0);
    expect(alive(pid)).toBe(true);
    expect(steps()).toEqual(['agent']);
    expect(finished()?.message).toContain('engines go on running');
    expect([await exists('member.json'), await exists('journal'), await exists('models'), await exists('instances')]).toEqual([false, false, true, true]);
  });

  it('an agent that stays installed stays out, leaves engines alone, and comes back with a new token', async () => {
    const pid = await deploy('i-1');
    order({});
    expect(await agent.exited()).toBe(0);
    const sessions = dispatcher.sessions.length;
    const seen = agent.output.length;
    const starting = agent.start();
    await waitFor(() => agent.output.slice(seen).includes('to join again, make a join token'), { what: 'the way back in the log', timeoutMs: 10_000 });
    expect(alive(pid)).toBe(true);
    expect(dispatcher.sessions).toHaveLength(sessions);
    const tokenFile = join(agent.directory, 'join-token');
    await writeFile(tokenFile, dispatcher.joinToken);
    const soon = new Date(Date.now() + 1000);
    await utimes(tokenFile, soon, soon);
    await starting;
    await waitFor(() => dispatcher.sessions.length > sessions, { what: 'a session again', timeoutMs: 15_000 });
    expect(alive(pid)).toBe(true);
  });

  it('killed in the middle, the next agent goes on and finishes', async () => {
    const pid = await deploy('i-1');
    order({ removeEngines: true, removeCaches: true, removeAgent: true });
    await waitFor(() => exists('removal.json'), { what: 'the order on disk', timeoutMs: 5000, everyMs: 2 });
    await agent.end('SIGKILL');
    await agent.start().catch(() => undefined); // it may end before it says that it started
    expect(await agent.exited()).toBe(0);
    expect(alive(pid)).toBe(false);
    expect((await readdir(agent.directory)).sort()).toEqual(['join-token']);
  });

  it('the controller that goes away meanwhile hears everything when it is back', async () => {
    await deploy('i-1');
    order({ removeEngines: true, removeAgent: true });
    await waitFor(() => exists('removal.json'), { what: 'the order on disk', timeoutMs: 5000, everyMs: 2 });
    dispatcher.stop();
    await dispatcher.resume();
    expect(await agent.exited()).toBe(0);
    expect(steps()).toEqual(['engines', 'containers', 'agent']);
    expect(finished()).toBeDefined();
  });

  it('the same order again is answered, not done twice', async () => {
    await deploy('i-1');
    order({ removeEngines: true, removeAgent: true });
    await waitFor(() => finished(), { what: 'the end', timeoutMs: 20_000 });
    order({ removeEngines: true, removeAgent: true, requestId: 'r-2' });
    await waitFor(() => reports().some((report) => report.requestId === 'r-2' && report.finished), { what: 'the same answer', timeoutMs: 2000 });
    expect(await agent.exited()).toBe(0);
  });
});

describe('removed without an order', () => {
  it('engines go on, the agent stops knocking fast and says how to join again', async () => {
    const pid = await deploy('i-1');
    dispatcher.send({ $case: 'goodbye', value: { reason: Goodbye_Reason.NODE_REMOVED, message: 'this node was removed from the cluster' } });
    await waitFor(() => agent.output.includes('this node was removed from its cluster; engines go on running'), { what: 'the log', timeoutMs: 5000 });
    expect(agent.output).toContain('make a join token in the console');
    const left = await waitFor(async () => JSON.parse(await readFile(join(agent.directory, 'left-cluster.json'), 'utf8')) as object, { what: 'the note', timeoutMs: 5000 });
    expect(left).toMatchObject({ ordered: false, message: 'this node was removed from the cluster' });
    expect(alive(pid)).toBe(true);
    const sessions = dispatcher.sessions.length;
    expect(await agent.end('SIGTERM')).toBe(0);
    expect(alive(pid)).toBe(true);
    expect(dispatcher.sessions).toHaveLength(sessions);
  });

  it('a welcome takes the note away: the controller knows the node again', async () => {
    await agent.end('SIGKILL');
    await writeFile(join(agent.directory, 'left-cluster.json'), JSON.stringify({ message: 'm', atMs: Date.now() + 60_000, ordered: false }));
    await agent.start();
    await waitFor(async () => !(await exists('left-cluster.json')), { what: 'no note', timeoutMs: 10_000 });
  });
});

describe('an agent from an archive', () => {
  it('is taken away by the uninstall program beside it, a checkout on the same machine is not', async () => {
    await agent.end('SIGKILL');
    const installed = join(agent.directory, 'opt');
    await mkdir(join(installed, 'versions/1'), { recursive: true });
    await symlink(join(installed, 'versions/1'), join(installed, 'current'));
    const script = join(installed, 'versions/1/uninstall.sh');
    await writeFile(script, `#!/bin/sh\necho "$@" > ${installed}/ran\n`);
    await chmod(script, 0o755);
    await writeFile(join(installed, 'versions/1/agent.cjs'), '');
    const parts = { dataDir: join(agent.directory, 'data'), files: new RemovalFiles(join(agent.directory, 'data')), log: createLogger('agent', 'silent'), installed };
    const all = RemovalOrder.fromPartial({ requestId: 'r', removeEngines: true, removeCaches: true, removeAgent: true });
    expect(await leave(all, { ...parts, program: process.argv[1] ?? '' })).toContain('not installed from an archive');
    expect(await leave({ ...all, removeEngines: false }, { ...parts, program: join(installed, 'current/agent.cjs') })).toContain('removes itself now');
    expect(await waitFor(async () => (await readFile(join(installed, 'ran'), 'utf8')).trim(), { what: 'the uninstall program', timeoutMs: 5000 })).toBe('--keep-engines');
  });
});
