import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ControlClient, RestError } from '../src/rest/index.js';
import { dataDirectory, readSettings } from '../src/install/index.js';
import { chat } from '../src/quickstart/chat.js';
import { freePorts, Installation } from './command-line.js';

const full = new Installation();
const second = new Installation();
let admin: ControlClient;
let dataPort = 0;
/** Of a join that failed before the token was shown to anybody: it must still be good. */
let unused: { token: string; args: string[] } | undefined;

beforeAll(async () => {
  await full.choosePorts();
  [dataPort = 0] = await freePorts(1);
  expect((await full.run('quickstart', '--once')).code).toBe(0); // model, service and key are there
  const up = await full.run('up');
  expect(up.output).toContain('✓ control');
  const settings = await readSettings(dataDirectory(full.root));
  admin = new ControlClient(dataDirectory(full.root), () => settings?.ports.console ?? 0);
});
afterAll(async () => {
  await second.run('down');
  await full.run('down');
  for (const { root } of [full, second]) rmSync(root, { recursive: true, force: true });
});

/** Processes whose command line names the installation. */
function running({ root }: Installation): string[] {
  return execFileSync('ps', ['-eo', 'pid,args', 'ww'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(root) && !line.includes('ps -eo'));
}

/** What the printed command gives: the token, and the arguments after `./openstation`. */
async function printedCommand(nodeName?: string): Promise<{ token: string; args: string[] }> {
  const { checkoutCommand: command } = await admin.joinCommand('agent', nodeName);
  const [, token = '', rest = ''] = /^printf '%s' '(osj1_[a-z0-9_]+)' \| \.\/openstation (join .*)$/.exec(command) ?? [];
  expect(token).not.toBe('');
  return { token, args: rest.split(' ') };
}

/** The printed command in the second directory, on loopback as everything in tests. */
function joinSecond(token: string, args: readonly string[], ...more: string[]) {
  const [command = '', ...rest] = args;
  return second.feed(token, command, ...rest, '--data-host', '127.0.0.1', '--data-port', String(dataPort), ...more);
}

const nodes = async () => new Map((await admin.nodes()).map((node) => [node.name, node.state]));

describe('a join that cannot be', () => {
  let stranger: Server;
  afterAll(() => stranger.close());

  it('refuses a directory in which a full installation lives', async () => {
    const { code, output } = await full.feed('', 'join', '--control', '127.0.0.1:1');
    expect([code, output]).toEqual([75, expect.stringContaining('a full installation lives in')]);
  });

  it('names a taken data port and uses no token up', async () => {
    stranger = createServer().listen(0, '127.0.0.1');
    await waitFor(() => stranger.listening, { what: 'a listener', timeoutMs: 5_000 });
    unused = await printedCommand('second');
    const { token, args } = unused;
    const taken = (stranger.address() as { port: number }).port;
    const refused = await joinSecond(token, args, '--data-port', String(taken));
    expect(refused.output).toMatch(new RegExp(`port ${taken} is taken by pid ${process.pid} .*--data-port`));
    expect(refused.code).toBe(69);
  });

  it('tells that the controller cannot be reached', async () => {
    const [nobody = 0] = await freePorts(1);
    const { token } = await printedCommand();
    const { code, output } = await joinSecond(token, ['join', '--control', `127.0.0.1:${nobody}`]);
    expect(output).toContain(`the controller cannot be reached at 127.0.0.1:${nobody}`);
    expect(code).toBe(69);
  });

  it.each([
    ['another cluster', (token: string) => token.replace(/^osj1_./, (start) => (start === 'osj1_a' ? 'osj1_b' : 'osj1_a')), 'is not the controller that issued this join token'],
    ['nobody', (token: string) => token.replace(/.{8}$/, (end) => (end === '00000000' ? '11111111' : '00000000')), 'the join token is not known here'],
  ])('refuses a token of %s in the words of the cluster', async (_, spoil, words) => {
    const { token, args } = await printedCommand();
    const { code, output } = await joinSecond(spoil(token), args);
    expect(output).toContain(words);
    expect(output).not.toContain(token);
    expect(code).not.toBe(0);
  });

  it('leaves nothing behind', async () => {
    expect(running(second)).toEqual([]);
    expect(readdirSync(join(second.root, 'run'))).not.toContain('joining.json');
    expect(readdirSync(join(second.root, 'run'))).not.toContain('agent.join-token');
  });
});

describe('a machine that joins', () => {
  it('becomes a healthy node with the printed command, and says how to go on', async () => {
    const { token, args } = unused ?? (await printedCommand('second'));
    expect(args).toContain('second');
    const joined = await joinSecond(token, args);
    expect(joined.output).toContain('✓ agent');
    expect(joined.output).toMatch(/Node +second, in cluster /);
    expect(joined.output).toContain('./openstation logs agent');
    expect(joined.code).toBe(0);
    expect(readdirSync(join(second.root, 'run'))).not.toContain('agent.join-token');
    expect(statSync(join(second.root, 'agent/member.json')).mode & 0o077).toBe(0);
    await waitFor(async () => [...(await nodes()).values()].every((state) => state === 'healthy'), { what: 'two healthy nodes', timeoutMs: 20_000, everyMs: 100 });
    expect((await nodes()).get('second')).toBe('healthy');

    const again = await joinSecond(token, args);
    expect([again.code, again.output]).toEqual([75, expect.stringMatching(/belongs to node second of this cluster already .*\.\/openstation down/)]);
    const elsewhere = await second.feed(token, 'join', '--control', '127.0.0.1:1');
    expect(elsewhere.output).toContain('of another cluster, whose controller is');
  });

  it('refuses a second machine with the same token', async () => {
    const third = new Installation();
    try {
      const { token, args } = await printedCommand();
      const [port] = await freePorts(1);
      const first = await third.feed(token, 'join', ...args.slice(1), '--data-host', '127.0.0.1', '--data-port', String(port));
      expect(first.code).toBe(0);
      await third.run('down');
      rmSync(third.root, { recursive: true, force: true });
      const refused = await third.feed(token, 'join', ...args.slice(1), '--data-host', '127.0.0.1', '--data-port', String(port));
      expect(refused.output).toContain('the join token was used already: make a new one in the console');
      expect(refused.code).not.toBe(0);
    } finally {
      await third.run('down');
      rmSync(third.root, { recursive: true, force: true });
    }
  });

  it('serves an instance through the gateway', async () => {
    const node = (await admin.nodes()).find(({ name }) => name === 'second');
    const [model] = await admin.models();
    const service = await admin.createService({ name: 'on-second', modelId: model?.id ?? '', mode: 'cpu', engine: 'llama-cpp', parallel: 1, nodeIds: [node?.id ?? ''] });
    await waitFor(async () => (await admin.service(service.id)).state === 'ready', { what: 'the service to be ready', timeoutMs: 90_000, everyMs: 200 });
    expect((await admin.service(service.id)).instances.map(({ nodeName }) => nodeName)).toEqual(['second']);
    const [user] = await admin.users();
    const { secret } = await admin.createKey(user?.id ?? '', 'join test');
    const gateway = (await readSettings(dataDirectory(full.root)))?.ports.gateway ?? 0;
    const { answer } = await chat({ baseUrl: `http://127.0.0.1:${gateway}`, apiKey: secret, model: 'on-second', question: 'What is OpenStation?', signal: AbortSignal.timeout(30_000), onText: () => undefined });
    expect(answer).toContain('OpenStation');
  });

  it('shows its state and logs without a controller of its own', async () => {
    const { code, output } = await second.run('status');
    expect(code).toBe(0);
    expect(output).toMatch(/Session +since \d{4}-/);
    expect(output).toMatch(/agent +running +\d+/);
    expect(output).not.toContain('control ');
    expect((await second.run('logs', 'agent')).output).toContain('agent started');
    expect((await second.run('quickstart')).output).toContain('only an agent of another cluster lives in');
  });

  it('comes back when its agent is killed', async () => {
    const before = second.pid('agent');
    process.kill(before ?? 0, 'SIGKILL');
    await waitFor(() => second.pid('agent') !== undefined && second.pid('agent') !== before, { what: 'the agent again', timeoutMs: 3_000 });
    const killed = Date.now();
    await waitFor(
      async () => (await admin.nodes()).some(({ name, state, lastSeenAt }) => name === 'second' && state === 'healthy' && Date.parse(lastSeenAt ?? '') > killed),
      { what: 'the node seen again', timeoutMs: 30_000, everyMs: 100 },
    );
  });

  it('goes down with its engines and comes up as the same node', async () => {
    expect((await second.run('down')).code).toBe(0);
    expect(running(second)).toEqual([]);
    expect((await second.run('status')).output).toMatch(/Not running[\s\S]*Node +second/);
    const up = await second.run('up');
    expect(up.output).toContain('node second has its session');
    expect(up.output).not.toContain('password');
    expect(up.code).toBe(0);
    expect((await second.run('up', '--host', '0.0.0.0')).output).toContain('--host would change nothing there');
    const service = (await admin.services()).find(({ name }) => name === 'on-second');
    await admin.deleteService(service?.id ?? '').catch((error: unknown) => expect(error).toBeInstanceOf(RestError));
  });

  it('is started without its controller too, and finds it when it is there', async () => {
    expect((await second.run('down')).code).toBe(0);
    expect((await full.run('down')).code).toBe(0);
    const up = await second.run('up');
    expect(up.output).toMatch(/node second runs, but has no session .*: it goes on trying/);
    expect(up.output).toMatch(/Session +none since/);
    expect(up.code).toBe(0);
    expect((await full.run('up')).code).toBe(0);
    await waitFor(async () => (await nodes()).get('second') === 'healthy', { what: 'the node to find its controller', timeoutMs: 60_000, everyMs: 200 });
  });

  it('leaves no process of either', async () => {
    expect((await second.run('down')).code).toBe(0);
    expect((await full.run('down')).code).toBe(0);
    expect([...running(second), ...running(full)]).toEqual([]);
  });
});
