import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@openstation/kit';
import { Lab, labPrerequisites, type LabHost } from '../harness/lab.js';
import { REPOSITORY, artefact } from '../harness/paths.js';
import { describeWith, program } from '../harness/prerequisites.js';
import { run } from '../harness/run.js';

const ROOT_PASSWORD = 'lab-Passw0rd';
/** By what a step is known on the server: once such a process runs there, the connection is cut. */
const STEP_PROCESS = {
  connect: 'sshd: [r]oot@', preflight: '^sh -[s]', 'container-engine': 'node[.][0-9a-f]*[.]sh stay engine', agent: 'node[.][0-9a-f]*[.]sh (stay )?agent', 'probe-container': 'node[.][0-9a-f]*[.]sh probe',
} as const;
const SUDO_PASSWORD = 'Sudo-lab-7word';
const JOB_MS = 240_000;
/** Tests that wait for real silence: `OPENSTATION_SLOW_JOURNEYS=1` adds them. */
const SLOW = process.env['OPENSTATION_SLOW_JOURNEYS'] === '1';
/** Everything of ours on a server. */
const LEFT = "ls -d /opt/openstation /etc/openstation /var/lib/openstation /etc/systemd/system/openstation-agent.service 2>/dev/null; pgrep -f '^/opt/openstation' || true";

interface Job {
  readonly nodeId: string;
  readonly hasCredential: boolean;
  readonly operation: { readonly id: string; readonly state: string; readonly failure: string | null; readonly failureCode: string | null; readonly attempt: number; readonly steps: readonly { readonly id: string; readonly state: string }[] };
  readonly preflight: { readonly rows: readonly { readonly id: string; readonly result: string; readonly measured: string }[] } | null;
}

describeWith('adding nodes over SSH', [...labPrerequisites, program('ssh-keygen', 'openssh-client'), program('dpkg-scanpackages', 'dpkg-dev'), program('curl', 'curl')], () => {
  let lab: Lab;
  let alpha: LabHost;
  let beta: LabHost;
  let gamma: LabHost;
  let control: ChildProcess;
  let directory: string;
  let asked = 0;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'osadd-'));
    lab = await Lab.up(`osadd${process.pid}`);
    [alpha, beta, gamma] = await Promise.all([lab.startHost('alpha'), lab.startHost('beta'), lab.startHost('gamma'), makeArchive()]);
    await startControl();
  }, 700_000);
  afterAll(async () => {
    control?.kill('SIGTERM');
    await lab?.down({ purge: true });
    rmSync(directory, { recursive: true, force: true });
  }, 180_000);

  function archives(): string {
    return join(directory, 'archives');
  }
  async function makeArchive(): Promise<void> {
    await run([process.execPath, join(REPOSITORY, 'installer/dist/openstation.js'), 'agent-archive', '--release', '0.1.0', '--out', archives()], { timeoutMs: 300_000 });
  }

  /** Beside the hosts, with no address configured: the hosts are told the one they were reached from. */
  async function startControl() {
    const file = join(directory, 'control.yaml');
    writeFileSync(file, JSON.stringify({
      dataDir: join(directory, 'control'), console: { host: '127.0.0.1', port: 32_206 }, agents: { host: '0.0.0.0', port: 30_200, archiveDir: archives() }, enrolment: { host: '0.0.0.0', port: 30_201 },
    }));
    control = spawn('nsenter', [`--net=/run/netns/${lab.name}`, process.execPath, artefact('control'), '--config', file], { stdio: ['ignore', 'ignore', 'inherit'] });
    await waitFor(async () => (await ask('GET', '/nodes')).status === 200, { what: 'the controller', timeoutMs: 60_000, everyMs: 300 });
  }

  // The caller knows what the route answers with.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  async function ask<T = unknown>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
    const token = existsSync(join(directory, 'control/local-admin.token')) ? readFileSync(join(directory, 'control/local-admin.token'), 'utf8').trim() : '';
    // Of its own: questions may be asked at the same moment.
    const question = join(directory, `question-${(asked += 1)}.json`);
    writeFileSync(question, JSON.stringify(body ?? {}), { mode: 0o600 });
    const data = body === undefined ? [] : ['-H', 'content-type: application/json', '--data-binary', `@${question}`];
    const text = await lab.run(['curl', '-sk', '-X', method, '-w', '\n%{http_code}', '-H', `authorization: Bearer ${token}`, ...data, `https://127.0.0.1:32206/api/v1${path}`]).catch(() => '\n0');
    const cut = text.lastIndexOf('\n');
    const answer = text.slice(0, cut);
    return { status: Number(text.slice(cut + 1)), body: (answer === '' ? undefined : JSON.parse(answer)) as T };
  }
  async function must<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await ask<T>(method, path, body);
    if (answer.status >= 300 || answer.status === 0) throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  async function keyOf(host: LabHost): Promise<string> {
    const { keys } = await must<{ keys: { algorithm: string; fingerprint: string }[] }>('POST', '/nodes/host-keys', { host: host.address });
    const shown = (await host.exec(['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub'])).split(' ')[1];
    const key = keys.find(({ algorithm }) => algorithm === 'ssh-ed25519')?.fingerprint;
    expect(key).toBe(shown);
    return key ?? '';
  }
  const password = (text: string) => ({ kind: 'password', password: text });
  async function add(host: LabHost, wish: object): Promise<string> {
    const body = { name: host.name, host: host.address, type: 'cpu', credential: password(ROOT_PASSWORD), ...wish };
    return (await must<{ node: { id: string } }>('POST', '/nodes', { expectedHostKey: await keyOf(host), ...body })).node.id;
  }
  async function ends(nodeId: string, wanted: string): Promise<Job> {
    const job = await waitFor(async () => {
      const now = await must<Job>('GET', `/nodes/${nodeId}/bootstrap`);
      return ['failed', 'waiting', 'succeeded'].includes(now.operation.state) ? now : undefined;
    }, { what: `a job that is ${wanted}`, timeoutMs: JOB_MS, everyMs: 700 });
    if (job.operation.state === wanted) return job;
    throw new Error(`the job is ${job.operation.state} (${job.operation.failureCode}: ${job.operation.failure})\n${JSON.stringify(job.preflight?.rows.filter(({ result }) => result === 'fail'))}\n${await log(job)}`);
  }
  async function log({ operation }: Job): Promise<string> {
    return (await must<{ text: string }[]>('GET', `/operations/${operation.id}/log`)).map(({ text }) => text).join('\n');
  }
  async function giveUp(nodeId: string, body: object = {}): Promise<void> {
    await must('POST', `/nodes/${nodeId}/bootstrap/give-up`, body);
    await waitFor(async () => (await ask('GET', `/nodes/${nodeId}`)).status === 404, { what: 'a node that is gone', timeoutMs: 120_000, everyMs: 500 });
  }
  const healthy = (nodeId: string) => waitFor(async () => (await must<{ state: string }>('GET', `/nodes/${nodeId}`)).state === 'healthy', { what: 'a healthy node', timeoutMs: 30_000, everyMs: 500 });

  test('a fresh server with a root password becomes a node', { timeout: JOB_MS + 60_000 }, async () => {
    const nodeId = await add(alpha, {});
    const job = await ends(nodeId, 'succeeded');
    expect(job.operation.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'connect succeeded', 'preflight succeeded', 'container-engine succeeded', 'gpu skipped', 'agent succeeded', 'heartbeat succeeded', 'probe-container succeeded',
    ]);
    expect(job.preflight?.rows.find(({ id }) => id === 'reach-controller')?.result).toBe('pass');
    await healthy(nodeId);
    expect(await alpha.exec(['stat', '-c', '%a %U', '/var/lib/openstation/bootstrap'])).toBe('700 root');
    expect(await alpha.exec(['sh', '-c', 'grep -c \'"kind":"agent"\' /var/lib/openstation/bootstrap.json'])).toBe('1');
    for (const secret of [ROOT_PASSWORD, 'osj1_']) expect(await log(job)).not.toContain(secret);
    expect(await alpha.exec(['sh', '-c', `grep -rlF '${ROOT_PASSWORD}' /var/lib/openstation /etc/openstation /var/log 2>/dev/null | head -n 1`])).toBe('');
  });

  test('a server without Docker gets it from its own repository, with a key and sudo', { timeout: 2 * JOB_MS }, async () => {
    await withoutDocker(beta);
    const privateKey = await sudoUser(beta, 'lab');
    const credential = { kind: 'key', privateKey, sudoPassword: SUDO_PASSWORD };
    const nodeId = await add(beta, { user: 'lab', credential, review: 'always' });
    const waiting = await ends(nodeId, 'waiting');
    expect(waiting.preflight?.rows.find(({ id }) => id === 'container-engine')?.result).toBe('fail');
    expect(await beta.exec(['sh', '-c', 'ls -A /var/lib/openstation 2>/dev/null || true'])).toBe('');
    await must('POST', `/nodes/${nodeId}/bootstrap/continue`, {});
    await ends(nodeId, 'succeeded');
    await healthy(nodeId);
    expect(await beta.exec(['docker', 'version', '--format', 'up'])).toBe('up');
    expect(await beta.exec(['sh', '-c', 'cat /var/lib/openstation/bootstrap.json'])).toContain('"kind":"package","name":"docker.io"');
  });

  test('what stands in the way is said before anything is changed', { timeout: JOB_MS }, async () => {
    await gamma.exec(['sh', '-c', 'mkdir -p /var/lib/openstation && mount -t tmpfs -o size=1m tmpfs /var/lib/openstation && head -c 900k /dev/zero >/var/lib/openstation/full']);
    await gamma.exec(['sh', '-c', 'systemd-run -q --unit taken systemd-socket-activate -l 30210 /bin/true']);
    await waitFor(async () => (await gamma.exec(['ss', '-ltn'])).includes(':30210'), { what: 'a taken port', timeoutMs: 10_000 });
    const nodeId = await add(gamma, {});
    const failing = (await ends(nodeId, 'waiting')).preflight?.rows.filter(({ result }) => result === 'fail').map(({ id }) => id);
    expect(failing).toEqual(['disk-models', 'ports']);
    await gamma.exec(['sh', '-c', 'systemctl stop taken; umount /var/lib/openstation']);
    await giveUp(nodeId);
    expect(await gamma.exec(['sh', '-c', 'ls -A /var/lib/openstation'])).toBe('');
  });

  test('a wrong password, a wrong host key and a user without sudo are told apart', { timeout: JOB_MS }, async () => {
    const wrong = await add(gamma, { credential: password('Not-the-password-1') });
    expect((await ends(wrong, 'failed')).operation.failureCode).toBe('wrong-credentials');
    await giveUp(wrong);
    const rogue = await add(gamma, { expectedHostKey: await keyOf(alpha) });
    expect((await ends(rogue, 'failed')).operation.failureCode).toBe('host-key-changed');
    await giveUp(rogue);
    await gamma.exec(['sh', '-c', `useradd -m -s /bin/sh plain && echo 'plain:${SUDO_PASSWORD}' | chpasswd`]);
    const plain = await add(gamma, { user: 'plain', credential: password(SUDO_PASSWORD) });
    expect((await ends(plain, 'failed')).operation).toMatchObject({ failureCode: 'no-sudo', failure: expect.stringContaining('may not use sudo') as unknown });
    await giveUp(plain);
  });

  test('Docker that a given-up job installed goes again', { timeout: 2 * JOB_MS }, async () => {
    await withoutDocker(gamma);
    // After Docker the agent cannot be unpacked: its place is a file.
    await gamma.exec(['sh', '-c', 'mkdir -p /opt/openstation && touch /opt/openstation/agent']);
    const nodeId = await add(gamma, {});
    expect((await ends(nodeId, 'failed')).operation.failureCode).toBe('agent-install-failed');
    expect(await gamma.exec(['docker', 'version', '--format', 'up'])).toBe('up');
    await giveUp(nodeId);
    expect(await gamma.exec(['sh', '-c', 'command -v dockerd || echo gone; ls /var/lib/openstation/bootstrap.json 2>/dev/null || echo no record'])).toBe('gone\nno record');
    await gamma.exec(['rm', '/opt/openstation/agent']);
  });

  test('of two that add one server at once one is refused; cut at every step, the job is taken up again there', { timeout: 2 * JOB_MS }, async () => {
    const expectedHostKey = await keyOf(gamma);
    const body = (name: string) => ({ name, host: gamma.address, type: 'cpu', credential: password(ROOT_PASSWORD), expectedHostKey });
    let cut = cutDuring(gamma, 'connect');
    const answers = await Promise.all([ask<{ node: { id: string } }>('POST', '/nodes', body('gamma')), ask<{ node: { id: string } }>('POST', '/nodes', body('gamma-too'))]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    const nodeId = answers.find(({ status }) => status === 202)?.body.node.id ?? '';
    for (const step of ['preflight', 'container-engine', 'agent', 'probe-container', undefined] as const) {
      await cut;
      expect((await ends(nodeId, 'failed')).operation.failureCode).toBe('connection-lost');
      if (step) cut = cutDuring(gamma, step);
      await must('POST', `/nodes/${nodeId}/bootstrap/retry`, {});
    }
    const { operation } = await ends(nodeId, 'succeeded');
    expect(operation.attempt).toBe(6);
    await healthy(nodeId);
    // Nothing was done twice: one agent, one Docker.
    expect(await gamma.exec(['sh', '-c', "pgrep -fc '^/opt/openstation/agent/[^ ]*/ld.so .*agent.cjs'; grep -o '\"kind\":\"[a-z]*\",\"name\":\"docker.io\"' /var/lib/openstation/bootstrap.json"])).toBe('1\n"kind":"package","name":"docker.io"');
    await remove(nodeId, '?removeCaches=true');
  });

  test('a node is drained and removed, and its server is as if it had never been one', { timeout: JOB_MS }, async () => {
    const nodeId = await nodeIdOf(alpha);
    const operation = await remove(nodeId, '?drain=true&removeCaches=true');
    expect(operation.steps.map(({ id, state }) => `${id} ${state}`)).toEqual(['move', 'engines', 'containers', 'caches', 'agent', 'certificate'].map((step) => `${step} succeeded`));
    await waitFor(async () => (await alpha.exec(['sh', '-c', LEFT])) === '', { what: `a clean server, not ${await alpha.exec(['sh', '-c', LEFT])}`, timeoutMs: 60_000, everyMs: 500 });
  });

  if (SLOW) test('an agent that stands still is suspect, then unreachable, then back', { timeout: 180_000 }, async () => {
    const nodeId = await nodeIdOf(beta);
    const becomes = (state: string) => waitFor(async () => (await must<{ state: string }>('GET', `/nodes/${nodeId}`)).state === state, { what: `a node that is ${state}`, timeoutMs: 60_000, everyMs: 500 });
    await beta.exec(['systemctl', 'kill', '--kill-who=main', '--signal=STOP', 'openstation-agent']);
    await becomes('suspect');
    await becomes('unreachable');
    await beta.exec(['systemctl', 'kill', '--kill-who=main', '--signal=CONT', 'openstation-agent']);
    await becomes('healthy');
  });

  test('a dead node is removed by force, and is refused when it comes back', { timeout: JOB_MS }, async () => {
    const nodeId = await nodeIdOf(beta);
    await beta.exec(['systemctl', 'stop', 'openstation-agent']);
    const operation = await remove(nodeId, '?force=true');
    expect(operation.steps.find(({ id }) => id === 'agent')?.state).toBe('skipped');
    expect((await ask('GET', `/nodes/${nodeId}`)).status).toBe(404);
    await beta.exec(['systemctl', 'start', 'openstation-agent']);
    await waitFor(async () => (await beta.exec(['sh', '-c', 'cat /var/lib/openstation/agent/left-cluster.json 2>/dev/null || true'])).includes('removed'), { what: 'an agent that knows it was removed', timeoutMs: 30_000, everyMs: 500 });
    expect(await must<{ name: string }[]>('GET', '/nodes')).toEqual([]);
    expect(await beta.exec(['systemctl', 'is-active', 'openstation-agent'])).toBe('active');
  });

  async function nodeIdOf(host: LabHost): Promise<string> {
    const id = (await must<{ id: string; name: string }[]>('GET', '/nodes')).find(({ name }) => name === host.name)?.id;
    if (id === undefined) throw new Error(`${host.name} is no node`);
    return id;
  }

  async function remove(nodeId: string, query: string): Promise<Job['operation']> {
    const { id } = await must<{ id: string }>('DELETE', `/nodes/${nodeId}${query}`);
    const over = await waitFor(async () => {
      const operation = await must<Job['operation']>('GET', `/operations/${id}`);
      return operation.state === 'running' ? undefined : operation;
    }, { what: 'the end of the removal', timeoutMs: 120_000, everyMs: 500 });
    expect(over).toMatchObject({ state: 'succeeded', failure: null });
    return over;
  }

  /** Waits on the server itself for the step, then ends all its SSH sessions. */
  function cutDuring(host: LabHost, step: keyof typeof STEP_PROCESS): Promise<string> {
    return host.exec(['sh', '-c', `i=0; until pgrep -f '${STEP_PROCESS[step]}' >/dev/null; do i=$((i + 1)); [ $i -lt 3000 ] || exit 1; sleep 0.02; done; pkill -f 'sshd: [r]oot@'`], JOB_MS);
  }

  /** Takes Docker away and offers it in an apt repository of the host itself; all other repositories are out of reach here. */
  async function withoutDocker(host: LabHost): Promise<void> {
    const repository = join(directory, 'apt');
    if (!existsSync(repository)) {
      mkdirSync(repository);
      await run(['apt-get', 'download', 'docker.io', 'containerd', 'runc'], { cwd: repository });
      await run(['sh', '-c', 'dpkg-scanpackages -m . >Packages 2>/dev/null'], { cwd: repository });
    }
    await host.copy(`${repository}/.`, '/srv');
    await host.exec(['sh', '-c', 'systemctl stop docker.socket docker containerd; dpkg --purge --force-depends docker.io containerd runc && rm -f /etc/apt/sources.list.d/* && echo "deb [trusted=yes] file:/srv ./" >/etc/apt/sources.list && rm -rf /var/lib/apt/lists/*'], 120_000);
  }

  /** @returns the private key that signs in as the user, whose sudo asks for a password */
  async function sudoUser(host: LabHost, name: string): Promise<string> {
    const file = join(directory, `key-${name}`);
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file]);
    await host.exec(['sh', '-c', `useradd -m -s /bin/bash -G sudo ${name} && echo '${name}:${SUDO_PASSWORD}' | chpasswd && mkdir -m 700 /home/${name}/.ssh && echo '${readFileSync(`${file}.pub`, 'utf8').trim()}' >/home/${name}/.ssh/authorized_keys && chown -R ${name} /home/${name}/.ssh`]);
    return readFileSync(file, 'utf8');
  }
});
