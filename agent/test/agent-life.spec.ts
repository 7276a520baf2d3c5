import { request } from 'node:https';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { MemberFiles } from '@openstation/member';
import { AssignmentSet_Kind, InstanceState } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess, alive, run, tombstone } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';
import type { Leaf } from './test-authority.js';

let dispatcher: FakeDispatcher;
let agent: AgentProcess;
let gateway: Leaf;

beforeEach(async () => {
  dispatcher = await FakeDispatcher.start();
  dispatcher.files.set('model.gguf', Buffer.alloc(300_000, 'weights'));
  dispatcher.files.set('config.json', Buffer.from('{}'));
  gateway = await dispatcher.authority.issue({ role: 'gateway', id: 'g-1' }, 'client');
  agent = await AgentProcess.create(dispatcher);
  await agent.start();
  await waitFor(() => dispatcher.session, { what: 'first session', timeoutMs: 10_000 });
});

afterEach(async () => {
  dispatcher.stop();
  await agent.destroy();
});

async function deploy(instanceId: string, serviceName = 'tiny'): Promise<number> {
  dispatcher.assign(run(dispatcher, instanceId, { serviceName }));
  await dispatcher.until(instanceId, `${instanceId} ready`, (status) => status.ready);
  const [pid = 0] = await agent.enginePids();
  return pid;
}

describe('one instance from wish to answer', () => {
  it('fetches the model, starts the engine, answers a gateway and stops on a tombstone', async () => {
    const pid = await deploy('i-1');
    const statuses = dispatcher.statuses.get('i-1') ?? [];
    expect(statuses.every((status, n) => n === 0 || status.percent >= (statuses[n - 1]?.percent ?? 0))).toBe(true);
    expect(statuses.at(-1)).toMatchObject({ state: InstanceState.RUNNING, percent: 100, ready: true, handle: String(pid) });

    const answer = await agent.call(gateway, 'i-1', '/v1/chat/completions', { model: 'tiny' });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ echo: '{"model":"tiny"}' });

    dispatcher.assign(tombstone('i-1'));
    await dispatcher.until('i-1', 'stopped', (status) => status.state === InstanceState.STOPPED);
    expect(alive(pid)).toBe(false);
    expect((await agent.call(gateway, 'i-1', '/v1/chat/completions', {})).headers['x-openstation-agent-error']).toBe('instance-not-running');
  });

  it('serves the log with numbers and as plain text', async () => {
    await deploy('i-1');
    const log = await dispatcher.log('i-1', 1);
    expect(log.error).toBe('');
    const all = await dispatcher.log('i-1', 0);
    expect(all.lines.map((line) => line.number)).toEqual(all.lines.map((_, index) => index + 1));
    expect(all.lines.at(-1)?.text).toBe('server is listening');
    expect(log.lines).toEqual(all.lines.slice(-1));
    expect((await dispatcher.log('i-unknown', 10)).error).toContain('no engine');
  });
});

describe('crashes of the agent', () => {
  it('adopts the running engine after kill -9: same process, no second one, never reported as anything but running', async () => {
    const pid = await deploy('i-1');
    const before = dispatcher.statuses.get('i-1')?.length ?? 0;
    await agent.end('SIGKILL');
    expect(alive(pid)).toBe(true);
    await agent.start();
    await waitFor(() => (dispatcher.statuses.get('i-1')?.length ?? 0) > before, { what: 'status after restart', timeoutMs: 10_000 });
    const after = dispatcher.statuses.get('i-1')?.slice(before) ?? [];
    expect(after.every((status) => status.state === InstanceState.RUNNING && status.ready)).toBe(true);
    expect(await agent.enginePids()).toEqual([pid]);
    expect((await agent.call(gateway, 'i-1', '/v1/completions', {})).status).toBe(200);
  });

  it.each([40, 80, 120, 160, 200, 260, 350])('killed %i ms after the wish arrived, ends with exactly one engine', async (ms) => {
    dispatcher.assign(run(dispatcher, 'i-1', { serviceName: 'slow-load' }));
    const started = performance.now();
    await waitFor(() => performance.now() - started >= ms, { what: 'moment of the kill', timeoutMs: 1000, everyMs: 1 });
    await agent.end('SIGKILL');
    const pidsBefore = await agent.enginePids();
    await agent.start();
    await dispatcher.until('i-1', 'ready after the crash', (status) => status.ready);
    const pids = await agent.enginePids();
    expect(pids).toHaveLength(1);
    if (pidsBefore.length > 0) expect(pids).toEqual(pidsBefore);
    const answer = JSON.parse((await agent.call(gateway, 'i-1', '/v1/completions', {})).body) as { pid: number };
    expect(await serversOf(agent.directory)).toEqual([answer.pid]);
  });

  it('reports an engine that vanished while the agent was away as failed, and does not start another', async () => {
    const pid = await deploy('i-1');
    await agent.end('SIGKILL');
    const { rm } = await import('node:fs/promises');
    process.kill(-pid, 'SIGKILL');
    await waitFor(() => !alive(pid), { what: 'end of the engine', timeoutMs: 5000 });
    await rm(`${agent.directory}/instances`, { recursive: true });
    await agent.start();
    const failed = await dispatcher.until('i-1', 'failed', (status) => status.state === InstanceState.FAILED);
    expect(failed.reason).toBe('engine-gone');
    expect(await agent.enginePids()).toEqual([]);
  });

  it('after a reboot starts the engine again by itself, without the controller, also when another process has its number', async () => {
    const pid = await deploy('i-1');
    await agent.end('SIGKILL');
    const [name = ''] = await readdir(join(agent.directory, 'instances'));
    const file = join(agent.directory, 'instances', name, 'pid');
    const [stat = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${stat}\n00000000-0000-4000-8000-000000000000\n`);
    dispatcher.stop();
    await agent.start();
    const [again = 0] = await waitFor(async () => { const others = (await agent.enginePids()).filter((other) => other !== pid); return others.length === 1 && others; }, { what: 'the engine again', timeoutMs: 10_000 });
    expect(alive(pid)).toBe(true); // it plays the stranger with the number
    process.kill(-pid, 'SIGKILL');
    await waitFor(async () => (await agent.call(gateway, 'i-1', '/v1/completions', {})).status === 200, { what: 'an answer of the engine', timeoutMs: 10_000 });
    expect(await agent.enginePids()).toEqual([again]);
  });

  it('SIGTERM leaves engines running, SIGUSR2 stops them', async () => {
    const pid = await deploy('i-1');
    expect(await agent.end('SIGTERM')).toBe(0);
    expect(alive(pid)).toBe(true);
    await agent.start();
    await dispatcher.until('i-1', 'ready again', (status) => status.ready);
    expect([await agent.end('SIGUSR2'), agent.output.slice(-300)]).toEqual([0, expect.any(String)]);
    expect(alive(pid)).toBe(false);
    await agent.start();
    const down = await dispatcher.until('i-1', 'stopped, not failed', (status) => status.state === InstanceState.STOPPED || status.state === InstanceState.FAILED);
    expect([down.state, down.reason]).toEqual([InstanceState.STOPPED, 'node-stopped']);
  });
});

describe('crashes of the engine', () => {
  it('reports the exit with its cause and keeps the log', async () => {
    dispatcher.assign(run(dispatcher, 'i-1', { serviceName: 'exit-3' }), run(dispatcher, 'i-2', { serviceName: 'oom' }));
    const failed = await dispatcher.until('i-1', 'failed', (status) => status.state === InstanceState.FAILED);
    expect(failed).toMatchObject({ reason: 'exited', ready: false });
    expect(failed.message).toContain('exit code 3');
    expect(failed.message).toContain('unknown model architecture');
    expect((await dispatcher.log('i-1', 0)).lines.at(-1)?.text).toContain('martian');
    expect((await dispatcher.until('i-2', 'failed', (status) => status.state === InstanceState.FAILED)).reason).toBe('gpu-memory');
  });

  it('notices within seconds that a running engine was killed', async () => {
    const pid = await deploy('i-1');
    process.kill(-pid, 'SIGKILL');
    const failed = await dispatcher.until('i-1', 'failed', (status) => status.state === InstanceState.FAILED, 5000);
    expect(failed.reason).toBe('exited');
  });

  it('tries other ports and then says so', async () => {
    dispatcher.assign(run(dispatcher, 'i-1', { serviceName: 'port-taken' }));
    expect((await dispatcher.until('i-1', 'failed', (status) => status.state === InstanceState.FAILED)).reason).toBe('port');
  });

  it('gives up loading that shows no progress', async () => {
    dispatcher.assign(run(dispatcher, 'i-1', { serviceName: 'never-ready', loadDeadlineSeconds: 1 }));
    expect((await dispatcher.until('i-1', 'failed', (status) => status.state === InstanceState.FAILED)).reason).toBe('load-timeout');
    expect((await agent.enginePids()).filter(alive)).toEqual([]);
  });
});

describe('the line to the controller', () => {
  it('a sequence gap ends the whole session; the next one starts with the full set', async () => {
    const pid = await deploy('i-1');
    const { session } = dispatcher;
    dispatcher.send({ $case: 'assignments', value: { kind: AssignmentSet_Kind.INCREMENTAL, appliesTo: 99, resultsIn: 100, assignments: [tombstone('i-1')] } });
    await waitFor(() => dispatcher.session !== undefined && dispatcher.session !== session, { what: 'second session', timeoutMs: 10_000 });
    expect(alive(pid)).toBe(true);
    dispatcher.assign(tombstone('i-1'));
    await dispatcher.until('i-1', 'stopped', (status) => status.state === InstanceState.STOPPED);
  });

  it('a full set without the instance stops nothing: the engine is shown as an orphan', async () => {
    const pid = await deploy('i-1');
    dispatcher.assigned = [];
    dispatcher.send({ $case: 'assignments', value: { kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn: 1, assignments: [] } });
    await waitFor(() => dispatcher.session?.received.some(({ body }) => body?.$case === 'heartbeat' && body.value.orphans.some((orphan) => orphan.instanceId === 'i-1' && orphan.running)), { what: 'orphan', timeoutMs: 5000 });
    expect(alive(pid)).toBe(true);
  });

  it('keeps engines and calls going while the controller is away and reports everything afterwards', async () => {
    const pid = await deploy('i-1');
    dispatcher.stop();
    dispatcher.statuses.clear();
    expect((await agent.call(gateway, 'i-1', '/v1/completions', {})).status).toBe(200);
    await dispatcher.resume();
    await dispatcher.until('i-1', 'reported again', (status) => status.ready, 10_000);
    expect(alive(pid)).toBe(true);
  });

  it('finds the controller again when it listens elsewhere, and remembers', async () => {
    const before = dispatcher.session;
    dispatcher.stop();
    await dispatcher.resumeElsewhere();
    await waitFor(() => dispatcher.session !== undefined && dispatcher.session !== before, { what: 'session at the new address', timeoutMs: 15_000 });
    expect((await new MemberFiles(agent.directory).load())?.sessionAddress).toBe(`127.0.0.1:${dispatcher.sessionPort}`);
  });

  it('ignores an older generation, replaces by a newer one', async () => {
    await deploy('i-1');
    dispatcher.assign(run(dispatcher, 'i-1', { generation: 3 }));
    await dispatcher.until('i-1', 'generation 3', (status) => status.generation === 3 && status.ready);
    const pids = await agent.enginePids();
    expect(pids).toHaveLength(1);
    dispatcher.assign(tombstone('i-1', 2));
    dispatcher.assign(run(dispatcher, 'i-2'));
    await dispatcher.until('i-2', 'i-2 ready', (status) => status.ready);
    expect(pids.every(alive)).toBe(true);
  });

  it('refuses what the policy does not permit and names it', async () => {
    dispatcher.assign(
      run(dispatcher, 'i-1', { argv: ['--host', '0.0.0.0'] }),
      run(dispatcher, 'i-2', { env: { LD_PRELOAD: '/tmp/x.so' } }),
      run(dispatcher, 'i-3', { engine: 'vllm' }),
    );
    for (const [id, named] of [['i-1', '--host'], ['i-2', 'LD_PRELOAD'], ['i-3', 'vllm']] as const) {
      const failed = await dispatcher.until(id, 'refused', (status) => status.state === InstanceState.FAILED);
      expect(failed.reason).toBe('policy-refused');
      expect(failed.message).toContain(named);
    }
  });
});

describe('the data port', () => {
  it('refuses anybody but a gateway, and paths that are not on the list', async () => {
    await deploy('i-1');
    const stranger = await dispatcher.authority.issue({ role: 'agent', id: 'n-2' }, 'client');
    expect((await agent.call(stranger, 'i-1', '/v1/completions', {})).headers['x-openstation-agent-error'], 'other agents reach model files only').toBe('path-not-allowed');
    const { keyPem: key, certificatePem: cert } = gateway;
    const other = await (await FakeAuthority()).issue({ role: 'gateway', id: 'g-1' }, 'client');
    await expect(agent.call(other, 'i-1', '/v1/completions', {})).rejects.toThrow();
    expect((await agent.call({ keyPem: key, certificatePem: cert }, 'i-1', '/metrics', {})).headers['x-openstation-agent-error']).toBe('path-not-allowed');
    expect((await agent.call(gateway, 'i-9', '/v1/completions', {})).headers['x-openstation-agent-error']).toBe('instance-unknown');
  });

  it('a client that leaves takes its call to the engine with it', async () => {
    await deploy('i-1');
    const call = request(agent.callOptions(gateway, 'i-1', '/v1/chat/completions'));
    call.end('{"forever": true}');
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(await openStreams()).toBe(1);
    response.destroy();
    const left = performance.now();
    await waitFor(async () => (await openStreams()) === 0, { what: 'engine sees the end', timeoutMs: 2000, everyMs: 5 });
    expect(performance.now() - left).toBeLessThan(1000);
  });

  it('an engine that dies breaks the stream instead of ending it cleanly', async () => {
    const pid = await deploy('i-1');
    const call = request(agent.callOptions(gateway, 'i-1', '/v1/chat/completions'));
    call.end('{"forever": true}');
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    await once(response, 'data');
    process.kill(-pid, 'SIGKILL');
    const broken = once(response, 'error');
    response.resume();
    await expect(broken).resolves.toBeDefined();
  });

  async function openStreams(): Promise<number> {
    return (JSON.parse((await agent.call(gateway, 'i-1', '/tokenize', {})).body) as { open: number }).open;
  }
});

async function FakeAuthority() {
  return (await import('./test-authority.js')).TestAuthority.create();
}

/** Pids of the Node engines below an agent's directory (not their wrappers). */
async function serversOf(directory: string): Promise<number[]> {
  const { readdir, readFile } = await import('node:fs/promises');
  const pids: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const commandLine = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    const [program = '', ...args] = commandLine.split('\0');
    if (/\/node$/.test(program) && args.some((arg) => arg.startsWith(`${directory}/instances/`))) pids.push(Number(entry));
  }
  return pids;
}
