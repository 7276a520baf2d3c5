import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, waitFor } from '@openstation/kit';
import { archiveName, type AgentArchitecture, type ArchiveCard } from '@openstation/proto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeBrokenRelease } from '../harness/broken-release.js';
import { Lab, labPrerequisites, type LabHost } from '../harness/lab.js';
import { REPOSITORY } from '../harness/paths.js';
import { describeWith } from '../harness/prerequisites.js';
import { run } from '../harness/run.js';

const ARCH: AgentArchitecture = process.arch === 'arm64' ? 'arm64' : 'x64';
const LISTING = "find / -xdev -not -path '/proc/*' -not -path '/sys/*' -not -path '/run/*' -not -path '/var/log/*' -not -path '/tmp/*' -not -path '/var/lib/docker/*' | sort";
const ENGINE = "pgrep -f '^/opt/openstation/agent/[^ ]*/ld.so .*server.mjs' || true";

/** A measurement that takes as long as it measures: `IDLE_SECONDS=60` adds it. */
const IDLE_SECONDS = Number(process.env['IDLE_SECONDS'] ?? 0);
const IDLE_SETTLE_MS = 70_000;
const MAIN_PID = '$(systemctl show -p MainPID --value openstation-agent)';

interface Operation { readonly id: string; readonly state: string; readonly failure: string | null }
interface NodeView { readonly id: string; readonly name: string; readonly state: string; readonly agentVersion: string | null; readonly upgradeTo: string | null }

describeWith('the agent as an archive', labPrerequisites, () => {
  let lab: Lab;
  let host: LabHost;
  let bare: LabHost;
  let directory: string;
  let control: ChildProcess;
  let before: string;
  let engine: string;
  const archives = () => join(directory, 'archives');

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const token = await readFile(join(directory, 'control/local-admin.token'), 'utf8');
    // As a file: a token in arguments could be seen by others.
    await writeFile(join(directory, 'curl'), `header = "authorization: Bearer ${token.trim()}"\n`, { mode: 0o600 });
    const sent = body === undefined ? [] : ['-H', 'content-type: application/json', '-d', JSON.stringify(body)];
    const answer = await lab.run(['curl', '-sSk', '-K', join(directory, 'curl'), '-X', method, ...sent, `https://127.0.0.1:32206/api/v1${path}`]);
    return (answer === '' ? undefined : JSON.parse(answer)) as T;
  };
  const nodeNamed = async (name: string): Promise<NodeView | undefined> => (await api<NodeView[]>('GET', '/nodes')).find((node) => node.name === name);
  const joinLine = async (nodeName: string): Promise<string> => (await api<{ command: string }>('POST', '/join-tokens', { nodeName })).command;
  const makeArchive = (release: string) => run([process.execPath, join(REPOSITORY, 'installer/dist/openstation.js'), 'agent-archive', '--release', release, '--out', archives()], { timeoutMs: 300_000 });
  const card = async (version: string) => JSON.parse(await readFile(join(archives(), `${archiveName(version, ARCH)}.json`), 'utf8')) as ArchiveCard;
  const ended = async (id: string, timeoutMs: number): Promise<Operation> => {
    const over = async () => {
      const operation = await api<Operation>('GET', `/operations/${id}`);
      return operation.state === 'running' ? undefined : operation;
    };
    return waitFor(over, { what: 'the end of the upgrade', timeoutMs, everyMs: 1000 });
  };

  const startControl = async (): Promise<void> => {
    const log = openSync(join(directory, 'control.log'), 'a');
    control = spawn('nsenter', [`--net=/run/netns/${lab.name}`, process.execPath, join(REPOSITORY, 'controller/control/dist/main.js'), '--config', join(directory, 'control.json')], { stdio: ['ignore', log, log] });
    await waitFor(async () => (await lab.run(['curl', '-fsSk', 'https://127.0.0.1:32206/api/v1/health'])) !== '', { what: 'the controller', timeoutMs: 60_000, everyMs: 500 });
  };
  const stopControl = async (): Promise<void> => {
    if (control.exitCode !== null) return;
    control.kill('SIGTERM');
    await once(control, 'exit');
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'openstation-archive-journey-'));
    await mkdir(archives());
    await makeArchive('0.1.0');
    lab = await Lab.up(`osarc${process.pid}`);
    const config = {
      dataDir: join(directory, 'control'), console: { publicHosts: ['localhost', '127.0.0.1', '10.214.0.1'] }, agents: { archiveDir: archives() }, models: { importRoots: [join(REPOSITORY, 'models')] },
    };
    await writeFile(join(directory, 'control.json'), JSON.stringify(config));
    await startControl();
    host = await lab.startHost('server');
    bare = await lab.startHost('without-systemd', '--init', '-e', 'LAB_INIT=sshd');
    before = await host.exec(['sh', '-c', LISTING]);
  }, 900_000);
  afterAll(async () => {
    if (control) await stopControl();
    await lab?.down({ purge: true });
    await rm(directory, { recursive: true, force: true });
  }, 120_000);

  test('one line makes a bare server a node', { timeout: 180_000 }, async () => {
    const line = await joinLine('server');
    expect(await host.ssh(line, 150_000)).toContain('version 0.1.0 runs, joined at 10.214.0.1:30201');
    await waitFor(async () => (await nodeNamed('server'))?.state === 'healthy', { what: 'a healthy node', timeoutMs: 30_000, everyMs: 500 });
    expect(await host.exec(['sh', '-c', 'ls /var/lib/openstation/agent/join-token 2>/dev/null || echo used up'])).toBe('used up');
    // The same again changes nothing; an archive that is not whole is not installed; a spoilt pin fetches nothing.
    await host.exec(['sh', '-c', 'cp -R /opt/openstation/agent/0.1.0 /tmp/spoilt && echo >>/tmp/spoilt/agent/agent.cjs']);
    await expect(host.exec(['/tmp/spoilt/install.sh', '--control', '10.214.0.1:30201'])).rejects.toThrow(/agent\/agent\.cjs is not the file on the list/);
    await expect(host.ssh(line.replaceAll(/sha256\/\/[^']{4}/g, 'sha256//AAAA'), 60_000)).resolves.not.toContain('fetching');
  });

  if (IDLE_SECONDS > 0) test('installed and idle it stays within 80 MB and 1 % of a core', { timeout: (IDLE_SECONDS + 120) * 1000 }, async () => {
    await sleep(IDLE_SETTLE_MS);
    const [before, after] = [await idleCost(host), await sleep(IDLE_SECONDS * 1000).then(() => idleCost(host))];
    const share = (after.ticks - before.ticks) / 100 / IDLE_SECONDS;
    process.stdout.write(`agent: ${(share * 100).toFixed(2)} % of a core over ${IDLE_SECONDS} s\n${after.memory}\n`);
    expect(share).toBeLessThanOrEqual(0.01);
    expect(Number(/^Rss: +(\d+) kB/m.exec(after.memory)?.[1])).toBeLessThanOrEqual(80 * 1024);
  });

  test('an engine runs there, from the archive', { timeout: 120_000 }, async () => {
    const { model } = await api<{ model: { id: string } }>('POST', '/models/import', { path: join(REPOSITORY, 'models/tiny-chat'), name: 'tiny-chat' });
    await waitFor(async () => (await api<{ state: string }>('GET', `/models/${model.id}`)).state === 'ready', { what: 'the model', timeoutMs: 30_000, everyMs: 500 });
    const { id } = await api<{ id: string }>('POST', '/services', { name: 'tiny', modelId: model.id, engine: 'llama-cpp' });
    await waitFor(async () => (await api<{ state: string }>('GET', `/services/${id}`)).state === 'ready', { what: 'the service', timeoutMs: 60_000, everyMs: 500 });
    engine = await host.exec(['sh', '-c', ENGINE]);
    expect(engine).toMatch(/^\d+$/m);
  });

  test('a newer agent takes over while the engine runs on, also through a restart of the controller', { timeout: 400_000 }, async () => {
    await makeArchive('0.1.1');
    const { id } = await api<Operation>('POST', '/agent-upgrades', {});
    await stopControl();
    await startControl();
    expect(await ended(id, 240_000)).toMatchObject({ state: 'succeeded' });
    expect(await nodeNamed('server')).toMatchObject({ agentVersion: '0.1.1', state: 'healthy' });
    expect(await host.exec(['stat', '-c', '%a', '/opt/openstation/agent/0.1.1', '/opt/openstation/agent/0.1.1/lib', '/opt/openstation/agent/0.1.1/release.txt'])).toBe('755\n755\n644');
    expect(await host.exec(['sh', '-c', ENGINE])).toBe(engine);
  });

  test('a release that does not start is taken back by the node itself', { timeout: 400_000 }, async () => {
    await makeBrokenRelease(archives(), await card('0.1.1'), '0.1.2', 'process.exit(3)', join(REPOSITORY, '.release-key/ed25519.pem'));
    await waitFor(async () => (await nodeNamed('server'))?.upgradeTo === '0.1.2', { what: 'the newer agent in the list', timeoutMs: 30_000, everyMs: 500 });
    const { id } = await api<Operation>('POST', '/agent-upgrades', { version: '0.1.2' });
    const operation = await ended(id, 300_000);
    expect(operation.state).toBe('failed');
    expect(operation.failure).toMatch(/^server returned to its old agent: back to 0\.1\.1: it ended 3 times/);
    expect(await nodeNamed('server')).toMatchObject({ agentVersion: '0.1.1', state: 'healthy' });
    expect(await host.exec(['sh', '-c', ENGINE])).toBe(engine);
    const releases = await api<{ version: string; current: boolean; failure: string }[]>('GET', '/agent-releases');
    expect(releases.map(({ version, current, failure }) => [version, current, failure !== ''])).toEqual([['0.1.2', false, true], ['0.1.1', true, false], ['0.1.0', false, false]]);
    await waitFor(async () => (await nodeNamed('server'))?.upgradeTo === null, { what: 'no upgrade on offer', timeoutMs: 20_000, everyMs: 500 });
    await waitFor(async () => (await host.exec(['sh', '-c', 'cd /opt/openstation/agent && ls -d [0-9]*'])) === '0.1.0\n0.1.1', { what: 'only the version that runs and the one before', timeoutMs: 20_000, everyMs: 500 });
  });

  test('uninstalling leaves nothing', { timeout: 120_000 }, async () => {
    await host.exec(['/opt/openstation/agent/uninstall.sh'], 90_000);
    expect(await host.exec(['sh', '-c', LISTING])).toBe(before);
    expect(await host.exec(['sh', '-c', "pgrep -f '^/opt/openstation' || echo none"])).toBe('none');
  });

  test('without systemd a watchdog keeps it running, and nothing stays of that either', { timeout: 240_000 }, async () => {
    await bare.exec(['sh', '-c', "printf '#!/bin/sh\nexit 0\n' >/etc/rc.local"]);
    const listing = await bare.exec(['sh', '-c', LISTING]);
    // The release that failed on the other server is given to nobody.
    expect(await bare.ssh(await joinLine('bare'), 150_000)).toContain('version 0.1.1 runs, joined at');
    expect(await bare.exec(['cat', '/etc/rc.local'])).toMatch(/watchdog\.sh .*\nexit 0$/);
    const agent = () => bare.exec(['cat', '/run/openstation-agent.pid.agent']);
    const first = await agent();
    await bare.exec(['kill', '-9', first]);
    await waitFor(async () => (await agent().catch(() => first)) !== first, { what: 'another agent', timeoutMs: 20_000, everyMs: 500 });
    await waitFor(async () => (await nodeNamed('bare'))?.state === 'healthy', { what: 'a healthy node', timeoutMs: 60_000, everyMs: 500 });
    await bare.exec(['/opt/openstation/agent/uninstall.sh'], 90_000);
    expect(await bare.exec(['sh', '-c', LISTING])).toBe(listing);
    expect(await bare.exec(['sh', '-c', "pgrep -f '^/opt/openstation|[w]atchdog[.]sh' || echo none"])).toBe('none');
  });
});

/** Clock ticks (100 a second) of the agent and the tools it waited for, and its memory as the kernel sums it. */
async function idleCost(host: LabHost): Promise<{ ticks: number; memory: string }> {
  const [stat = '', ...memory] = (await host.exec(['sh', '-c', `cat /proc/${MAIN_PID}/stat /proc/${MAIN_PID}/smaps_rollup`])).split('\n');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  return { ticks: [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0), memory: memory.join('\n') };
}
