import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataDirectory, makeDataDirectory, type DataDirectory, type Settings } from '../install/index.js';
import { identityOf, isAlive, type ProcessIdentity } from '../processes/index.js';
import { leftovers, liveSupervisor, Supervisor, SupervisorFile, type ProcessSpec } from './index.js';

const SETTINGS: Settings = { host: '127.0.0.1', ports: { console: 1, gateway: 2, agents: 3, grpc: 4, data: 5 }, importRoots: [] };
const STAYS = 'setInterval(() => {}, 1000);';
const STUBBORN = `process.on('SIGTERM', () => {}); ${STAYS}`;

let data: DataDirectory;
const supervisors: Supervisor[] = [];
const strays: ProcessIdentity[] = [];

beforeEach(async () => {
  data = dataDirectory(mkdtempSync('/tmp/supervisor test '));
  await makeDataDirectory(data);
});

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop([]);
  for (const { pid } of strays.splice(0)) try { process.kill(pid, 'SIGKILL'); } catch { /* ended by the test */ }
  rmSync(data.root, { recursive: true, force: true });
});

function supervisor(): Supervisor {
  const made = new Supervisor(data, SETTINGS);
  supervisors.push(made);
  return made;
}

function spec(name: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { name, program: process.execPath, args: ['-e', script], env: { PATH: process.env['PATH'] ?? '' }, cwd: data.root, logFile: join(data.logs, `${name}.log`), stopSignal: 'SIGTERM', stopGraceMs: 2_000, ...more };
}

const until = (ask: () => unknown, what: string) => waitFor(() => Boolean(ask()), { what, timeoutMs: 10_000, everyMs: 10 });

describe('supervisor', () => {
  it('starts a killed process again within two seconds, as another process', async () => {
    const one = supervisor();
    await one.begin();
    const child = one.add(spec('gateway', STAYS));
    await until(() => child.record.state === 'running', 'first start');
    const before = child.record.identity;
    process.kill(before?.pid ?? 0, 'SIGKILL');
    const killed = performance.now();
    await until(() => child.record.restarts === 1 && child.record.state === 'running', 'restart');
    expect(performance.now() - killed).toBeLessThan(2_000);
    expect(child.record.identity?.pid).not.toBe(before?.pid);
    expect(child.record.note).toContain('signal SIGKILL');
  });

  it('slows down a process that keeps dying and says why', async () => {
    const one = supervisor();
    await one.begin();
    const child = one.add(spec('agent', 'console.error("no way"); process.exit(3)'));
    await until(() => child.record.state === 'waiting' && child.record.note.includes('500 ms'), 'backoff');
    expect(child.record.note).toBe('ended with exit code 3; starts again in 500 ms');
    expect(readFileSync(join(data.logs, 'agent.log'), 'utf8')).toContain('no way');
  });

  it('lets a process rest that ended well with nothing left to do, and starts again what only ended well', async () => {
    const one = supervisor();
    await one.begin();
    let finished: string | undefined = undefined;
    const child = one.add(spec('agent', STUBBORN.replace('() => {}', '() => process.exit(0)'), { finished: () => Promise.resolve(finished) }));
    const end = async (done: () => boolean, what: string) => {
      await until(() => child.record.state === 'running', 'running');
      await waitFor(() => { if (child.record.identity) process.kill(child.record.identity.pid, 'SIGTERM'); return done(); }, { what, timeoutMs: 10_000, everyMs: 200 });
    };
    await end(() => child.record.restarts === 1, 'a restart');
    finished = 'the node was removed';
    await end(() => child.record.state === 'stopped', 'rest');
    expect(child.record).toMatchObject({ note: 'the node was removed', identity: null });
  });

  it('does work beside once, whether it ends well or not, and ends it with everything else', async () => {
    const one = new Supervisor(data, SETTINGS);
    await one.begin();
    const [well, badly, long] = ['', 'process.exit(3)', `console.log(require('node:child_process').spawn('sleep', ['60'], { stdio: 'ignore' }).pid); ${STAYS}`].map((script, index) => one.add(spec(`work-${index}`, script, { once: true })));
    await until(() => well?.record.state === 'stopped' && badly?.record.state === 'failed', 'the ends');
    expect([well, badly].map((work) => [work?.record.restarts, work?.record.note])).toEqual([[0, 'done'], [0, 'ended with exit code 3']]);
    const its = await waitFor(() => identityOf(Number(readFileSync(join(data.logs, 'work-2.log'), 'utf8'))), { what: 'work', timeoutMs: 10_000, everyMs: 10 });
    const { pid, ...rest } = long?.record.identity ?? { pid: 0, startTicks: 0, bootId: '' };
    expect(getPriority(pid)).toBe(constants.priority.PRIORITY_LOW);
    await one.stop([]);
    expect(isAlive({ pid, ...rest })).toBe(false);
    await until(() => !isAlive(its), 'the end of what it had started');
    // What a stop ended is not called broken.
    expect(long?.record).toMatchObject({ state: 'stopped', note: '' });
  });

  it('gives up on a configuration fault and leaves the others alone', async () => {
    const one = supervisor();
    await one.begin();
    const broken = one.add(spec('agent', 'process.exit(78)'));
    const fine = one.add(spec('gateway', STAYS));
    await until(() => broken.record.state === 'failed', 'giving up');
    expect(broken.record).toMatchObject({ restarts: 0, note: expect.stringContaining('exit code 78') });
    expect(fine.record.state).toBe('running');
  });

  it('prepares every start, and tries again when that fails', async () => {
    const one = supervisor();
    await one.begin();
    let tries = 0;
    const child = one.add(spec('agent', STAYS, { prepare: async () => { tries += 1; if (tries === 1) throw new Error('no token yet'); } }));
    await until(() => child.record.state === 'running', 'second try');
    expect(tries).toBe(2);
  });

  it('stops in the given order, by force when it must', async () => {
    const one = new Supervisor(data, SETTINGS);
    await one.begin();
    const polite = one.add(spec('control', STAYS));
    const stubborn = one.add(spec('gateway', `console.log('up'); ${STUBBORN}`, { stopGraceMs: 200 }));
    await until(() => readFileSync(join(data.logs, 'gateway.log'), 'utf8').includes('up') && polite.record.state === 'running', 'both running');
    const [first, second] = [stubborn.record.identity, polite.record.identity];
    await one.stop(['gateway', 'control']);
    expect([first, second].map((identity) => identity !== null && isAlive(identity))).toEqual([false, false]);
    const log = readFileSync(join(data.logs, 'supervisor.log'), 'utf8');
    expect(log.indexOf('gateway: stopped')).toBeLessThan(log.indexOf('control: stopping'));
    expect(liveSupervisor(data)).toBeUndefined();
    expect(leftovers(data)).toEqual([]);
  });
});

describe('one supervisor per data directory', () => {
  it('refuses a second one, naming the first', async () => {
    await supervisor().begin();
    await expect(new Supervisor(data, SETTINGS).begin()).rejects.toThrow(`already running as pid ${process.pid}`);
  });

  it('is not fooled by a record whose pid belongs to another process now', async () => {
    const file = join(data.run, 'supervisor.json');
    const self = identityOf(process.pid);
    writeFileSync(file, JSON.stringify({ supervisor: { ...self, startTicks: 1 }, settings: SETTINGS, processes: [{ name: 'control', state: 'running', identity: { ...self, startTicks: 1 }, restarts: 0, note: '', stopSignal: 'SIGTERM' }] }));
    expect(liveSupervisor(data)).toBeUndefined();
    expect(leftovers(data)).toEqual([]);
    await expect(supervisor().begin()).resolves.toEqual([]); // and this process lives on
  });

  it('goes on after a starter that died while it claimed the directory', async () => {
    writeFileSync(join(data.run, 'supervisor.json.claim'), '4194304');
    await expect(supervisor().begin()).resolves.toEqual([]);
  });
});

describe('after a supervisor was killed', () => {
  it('ends exactly what it left, then starts anew', async () => {
    const left = spawn(process.execPath, ['-e', STAYS], { detached: true, stdio: 'ignore' });
    const stranger = spawn(process.execPath, ['-e', STAYS], { detached: true, stdio: 'ignore' });
    const [ours, theirs] = [left, stranger].map(({ pid }) => identityOf(pid ?? 0));
    if (!ours || !theirs) throw new Error('children did not start');
    strays.push(ours, theirs);
    writeFileSync(join(data.run, 'supervisor.json'), JSON.stringify({
      supervisor: { pid: 4_194_304, startTicks: 1, bootId: ours.bootId }, settings: SETTINGS,
      processes: [{ name: 'control', state: 'running', identity: ours, restarts: 0, note: '', stopSignal: 'SIGTERM' }, { name: 'agent', state: 'running', identity: { ...theirs, startTicks: 1 }, restarts: 0, note: '', stopSignal: 'SIGUSR2' }],
    }));
    expect(leftovers(data).map(({ name }) => name)).toEqual(['control']);
    expect(await supervisor().begin()).toEqual(['control']);
    expect(isAlive(ours)).toBe(false);
    expect(isAlive(theirs)).toBe(true);
  });

  it('knows every child it had started, from the very first moment', async () => {
    const one = supervisor();
    await one.begin();
    const child = one.add(spec('control', STAYS));
    await until(() => child.record.state === 'running', 'start');
    const record = new SupervisorFile(data).read();
    expect(record?.processes).toMatchObject([{ name: 'control', identity: child.record.identity }]);
    expect(record?.supervisor.pid).toBe(process.pid);
  });
});
