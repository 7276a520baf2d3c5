import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exitingDriverContract } from '../src/driver/driver.contract.js';
import { ProcessDriver, engineName, type EngineSpec } from '../src/driver/index.js';
import { alive, killGroup } from './agent-process.js';

async function spec(root: string, instanceId: string, generation: number, commandLine: readonly string[]): Promise<EngineSpec> {
  const keyFile = join(root, 'key');
  await writeFile(keyFile, 'secret', { mode: 0o400 }).catch(() => undefined);
  return {
    instanceId, generation, engine: 'test', image: '', commandLine, env: {}, readPaths: [], gpuUuids: [], shmBytes: 0, memoryLimitBytes: 0, cpuCores: 0,
    place: { modelDir: root, keyFile, port: 4321, distributed: false },
  };
}

/** The wrapper writes it in its own time; until then the driver finds the process by its arguments. */
function identityFile(path: string): Promise<string> {
  return waitFor(() => readFile(path, 'utf8'), { what: 'pid file', timeoutMs: 3000, everyMs: 5 });
}

const TALK_AND_STAY = ['/bin/sh', '-c', 'echo line 1; echo line 2; echo line 3; exec sleep 600'];
const SAY_BYE = ['/bin/sh', '-c', 'echo bye; exit 7'];

exitingDriverContract('process', async () => {
  const root = await mkdtemp(join(tmpdir(), 'os-driver-'));
  return {
    driver: new ProcessDriver(root, 'c-test'),
    again: () => new ProcessDriver(root, 'c-test'),
    longRunning: (instanceId, generation) => spec(root, instanceId, generation, TALK_AND_STAY),
    shortLived: (instanceId, generation) => spec(root, instanceId, generation, SAY_BYE),
    close: () => rm(root, { recursive: true, force: true }),
  };
});

describe('process driver', () => {
  let root: string;
  let driver: ProcessDriver;
  const name = engineName('p-1', 1);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'os-driver-'));
    driver = new ProcessDriver(root, 'c-test');
  });

  afterEach(async () => {
    for (const record of await driver.list()) await driver.stop(record.name, 0);
    await rm(root, { recursive: true, force: true });
  });

  const output = (count: number) => waitFor(async () => { const lines = await driver.recentLines(name, 50); return lines.length >= count && lines; }, { what: 'output', timeoutMs: 10_000 });

  it('the engine has no capabilities, cannot gain any, and sees nothing of the agent\'s environment', async () => {
    process.env['SECRET_OF_THE_AGENT'] = 'x';
    await driver.start(await spec(root, 'p-1', 1, ['/bin/sh', '-c', 'grep -E "^(Cap(Eff|Prm|Bnd|Amb)|NoNewPrivs)" /proc/self/status; env | sort; exec sleep 600']));
    const text = (await output(10)).join('\n');
    delete process.env['SECRET_OF_THE_AGENT'];
    expect(text).toMatch(/CapEff:\s+0{16}/);
    expect(text).toMatch(/CapBnd:\s+0{16}/);
    expect(text).toMatch(/NoNewPrivs:\s+1/);
    expect(text).not.toContain('SECRET_OF_THE_AGENT');
  });

  it('an engine without capabilities still reads its key of mode 0400', async () => {
    const wanted = await spec(root, 'p-1', 1, ['/bin/sh', '-c', `cat ${join(root, 'key')}; echo; exec sleep 600`]);
    await driver.start(wanted);
    expect(await output(1)).toEqual(['secret']);
  });

  it('a Node engine reads its model and key and nothing else, and starts no programs or threads', async () => {
    const server = join(root, 'server.mjs');
    const other = join(await mkdtemp(join(tmpdir(), 'os-other-')), 'secret');
    await writeFile(other, 'other');
    await writeFile(server, `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { execSync } from 'node:child_process';
      import { Worker } from 'node:worker_threads';
      const attempt = (what, act) => { try { act(); console.log(what, 'allowed'); } catch (error) { console.log(what, error.code); } };
      attempt('key', () => readFileSync(${JSON.stringify(join(root, 'key'))}));
      attempt('other', () => readFileSync(${JSON.stringify(other)}));
      attempt('write', () => writeFileSync(${JSON.stringify(join(root, 'key'))}, ''));
      attempt('worker', () => new Worker('', { eval: true }));
      attempt('exec', () => execSync('true'));
      setInterval(() => {}, 1000);
    `);
    const modelDir = join(root, 'model');
    await driver.start({ ...(await spec(root, 'p-1', 1, [process.execPath, server])), place: { modelDir, keyFile: join(root, 'key'), port: 1, distributed: false } });
    const lines = await waitFor(async () => { const found = await driver.recentLines(name, 20); return found.some((line) => line.startsWith('exec')) && found; }, { what: 'attempts', timeoutMs: 10_000 });
    expect(lines.filter((line) => /^(key|other|write|worker|exec) /.test(line))).toEqual(['key allowed', 'other ERR_ACCESS_DENIED', 'write ERR_ACCESS_DENIED', 'worker ERR_ACCESS_DENIED', 'exec ERR_ACCESS_DENIED']);
  });

  it('stop ends an engine that ignores SIGTERM, and its children', async () => {
    await driver.start(await spec(root, 'p-1', 1, ['/bin/sh', '-c', 'trap "" TERM; sleep 600 & echo $!; while :; do sleep 1; done']));
    const [child = ''] = await output(1);
    await driver.stop(name, 200);
    await waitFor(() => !alive(Number(child)), { what: 'end of the child', timeoutMs: 3000 });
    expect((await driver.list())[0]?.state).toBe('exited');
  });

  it('a wrapper that dies alone leaves an engine that stop still finds', async () => {
    const record = await driver.start(await spec(root, 'p-1', 1, ['/bin/sh', '-c', 'echo $$; exec sleep 600']));
    const [engine = ''] = await output(1);
    process.kill(Number(record.handle), 'SIGKILL');
    await waitFor(async () => (await driver.list())[0]?.state === 'exited', { what: 'exit', timeoutMs: 3000 });
    expect(alive(Number(engine))).toBe(true);
    await driver.stop(name, 0);
    await waitFor(() => !alive(Number(engine)), { what: 'end of the engine', timeoutMs: 3000 });
  });

  it('finds an engine whose wrapper had no time to write its pid', async () => {
    const record = await driver.start(await spec(root, 'p-1', 1, TALK_AND_STAY));
    await identityFile(join(root, name, 'pid')); // it has by now: what counts is that it can be missing
    await rm(join(root, name, 'pid'));
    expect((await driver.list())[0]).toMatchObject({ handle: record.handle, state: 'running' });
  });

  it('never takes a stranger that got the number for its engine', async () => {
    await driver.start(await spec(root, 'p-1', 1, TALK_AND_STAY));
    const pid = Number((await driver.list())[0]?.handle);
    const file = join(root, name, 'pid');
    const text = await identityFile(file);
    await chmod(file, 0o600);
    await writeFile(file, text.replace(/^(\d+ \(sh\) (?:\S+ ){19})\d+/, '$11'));
    expect((await driver.list())[0]?.state).toBe('exited');
    await driver.stop(name, 0).catch(() => undefined);
    killGroup(pid);
  });

  it('after a reboot an engine is gone, whoever has its number now: it is not stopped, and it can be started afresh', async () => {
    const wanted = await spec(root, 'p-1', 1, TALK_AND_STAY);
    const pid = Number((await driver.start(wanted)).handle);
    const file = join(root, name, 'pid');
    const [stat = ''] = (await identityFile(file)).split('\n');
    await writeFile(file, `${stat}\n00000000-0000-4000-8000-000000000000\n`);
    expect((await driver.list())[0]).toMatchObject({ state: 'created', handle: '', exitCode: undefined, endpoint: undefined });
    await driver.stop(name, 0);
    expect(alive(pid)).toBe(true);
    killGroup(pid);
    await waitFor(() => !alive(pid), { what: 'end of the stranger', timeoutMs: 3000 });
    expect(await driver.start(wanted)).toMatchObject({ state: 'running', handle: expect.stringMatching(/^\d+$/) as string });
  });

  it('an engine that ended before the reboot keeps its exit code', async () => {
    await driver.start(await spec(root, 'p-1', 1, SAY_BYE));
    await waitFor(async () => (await driver.list())[0]?.state === 'exited', { what: 'exit', timeoutMs: 5000 });
    const file = join(root, name, 'pid');
    const [stat = ''] = (await identityFile(file)).split('\n');
    await writeFile(file, `${stat}\n00000000-0000-4000-8000-000000000000\n`);
    expect((await driver.list())[0]).toMatchObject({ state: 'exited', exitCode: 7 });
  });

  it('leaves engines of another cluster alone', async () => {
    await driver.start(await spec(root, 'p-1', 1, TALK_AND_STAY));
    expect(await new ProcessDriver(root, 'c-other').list()).toEqual([]);
  });
});
