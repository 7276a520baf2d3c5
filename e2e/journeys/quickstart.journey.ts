import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, waitFor } from '@openstation/kit';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout, giveTo } from '../harness/checkout-copy.js';
import { processesNaming } from '../harness/cluster/index.js';
import { PrivateDocker, dockerPrerequisites } from '../harness/docker.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { ARTIFACTS } from '../harness/paths.js';
import { freePort } from '../harness/ports.js';
import { describeWith, program, root } from '../harness/prerequisites.js';

const NOBODY = 65_534;
const BUILD_AND_RUN_MS = 600_000;

interface Told {
  readonly code: number | null;
  readonly text: string;
  readonly seconds: number;
}

/** One copy for all: built once by the first test, given to an ordinary user for the last. */
const place = usePlace();

describe('quickstart, below a path with a blank', () => {
  test('from a clone to a streamed answer, then everything is stopped', { timeout: BUILD_AND_RUN_MS }, async () => {
    const told = await openstation(place(), ['quickstart', '--once', ...place().ports.options]);
    expectAnswer(told);
    expect(processesNaming(place().base)).toEqual([]);
  });

  test('a second time it finds everything ready', { timeout: 180_000 }, async () => {
    const told = await openstation(place(), ['quickstart', '--once']);
    expectAnswer(told);
    expect(told.seconds).toBeLessThan(60);
  });

  test('on other ports than last time, its own members find it again', { timeout: 180_000 }, async () => {
    const moved = { ...place(), data: join(place().base, 'data that moves') };
    expectAnswer(await openstation(moved, ['quickstart', '--once', ...(await ports()).options]));
    const told = await openstation(moved, ['quickstart', '--once', ...(await ports()).options], { limitMs: 60_000 });
    expectAnswer(told);
    expect(processesNaming(place().base)).toEqual([]);
  });

  test('a taken port is named with its owner and the option to change it', { timeout: 60_000 }, async () => {
    const taken = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
    try {
      const told = await openstation(place(), ['quickstart', '--once', ...(await ports({ gateway: taken })).options]);
      expect(told.code).not.toBe(0);
      expect(told.text).toContain(String(taken));
      expect(told.text).toContain('--port-gateway');
    } finally {
      server.close();
    }
  });

  test('serves the official client until Ctrl-C, and then nothing is left', { timeout: 180_000 }, async () => {
    const chosen = place().ports;
    const stop = new AbortController();
    let text = '';
    const told = openstation(place(), ['quickstart', ...chosen.options], { signal: stop.signal, onText: (part) => (text += part) });
    try {
      await waitFor(() => text.includes('Ctrl-C stops everything'), { what: 'quickstart running', timeoutMs: 90_000, everyMs: 200 });
      const key = /Bearer (osk1_\w+)/.exec(text)?.[1] ?? '';
      const model = /"model":"([^"]+)"/.exec(text)?.[1] ?? '';
      const answer = await streamChat(openaiClient(`http://127.0.0.1:${chosen.gateway}/v1`, key), model, 'What is OpenStation?');
      expect(answer.text.length).toBeGreaterThan(10);
    } finally {
      stop.abort();
    }
    expect((await told).text).toContain('everything is stopped');
    expect(processesNaming(place().base)).toEqual([]);
  });

  test('up keeps the processes alive through kill -9, down leaves nothing', { timeout: 180_000 }, async () => {
    const chosen = place().ports;
    const up = await openstation(place(), ['up', ...chosen.options]);
    expect(up.code, up.text).toBe(0);
    try {
      const admin = readFileSync(join(place().data, 'control/local-admin.token'), 'utf8').trim();
      expect(admin).toMatch(/^oslocal_/);
      const alive = async (name: string) => (await processTable()).find((row) => row.name === name)?.pid;
      for (const [name, url, limitMs] of [['gateway', `http://127.0.0.1:${chosen.gateway}/healthz`, 2000], ['control', `https://127.0.0.1:${chosen.console}/api/v1/health`, 5000]] as const) {
        const pid = await waitFor(() => alive(name), { what: `pid of ${name}`, timeoutMs: 20_000 });
        const killed = performance.now();
        process.kill(pid, 'SIGKILL');
        await waitFor(async () => (await reachable(url)) && (await alive(name)) !== pid, { what: `${name} back`, timeoutMs: 15_000, everyMs: 20 });
        const took = performance.now() - killed;
        process.stdout.write(`${name} back ${took.toFixed(0)} ms after kill -9\n`);
        expect(took).toBeLessThan(limitMs);
      }
    } finally {
      const down = await openstation(place(), ['down']);
      expect(down.code, down.text).toBe(0);
    }
    expect(processesNaming(place().base)).toEqual([]);
  });

  /** The product's processes of this place by the program they run. */
  async function processTable(): Promise<{ name: string; pid: number }[]> {
    const programs = { control: 'controller/control/dist/main.js', gateway: 'controller/gateway/dist/main.js', agent: 'agent/dist/agent.cjs' };
    return processesNaming(place().base).flatMap(({ pid, command }) => Object.entries(programs).filter(([, file]) => command.includes(file)).map(([name]) => ({ name, pid })));
  }
});

describeWith('quickstart as an ordinary user', [root, program('setpriv', 'util-linux')], () => {
  test('needs no root', { timeout: BUILD_AND_RUN_MS }, async () => {
    await giveTo(NOBODY, place().base);
    const told = await openstation({ ...place(), data: join(place().base, 'data-of-nobody'), user: NOBODY }, ['quickstart', '--once', ...(await ports()).options]);
    expectAnswer(told);
    expect(processesNaming(place().base)).toEqual([]);
  });
});

describeWith('quickstart where a Docker engine is', dockerPrerequisites, () => {
  test('builds the engine image from the same files, without any registry, and answers from a container', { timeout: BUILD_AND_RUN_MS }, async () => {
    const engine = await PrivateDocker.start();
    try {
      const here = { ...place(), data: join(place().base, 'data with containers') };
      const seen: string[] = [];
      const watch = new AbortController();
      const watching = (async () => {
        while (!watch.signal.aborted) {
          for (const { Image, State } of await engine.docker.listContainers()) seen.push(`${Image} ${State}`);
          await sleep(200, watch.signal);
        }
      })();
      const told = await openstation(here, ['quickstart', '--once', ...(await ports()).options], { launcher: engine.launcher, env: { OPENSTATION_DOCKER_SOCKET: engine.socket } });
      watch.abort();
      await watching;
      expectAnswer(told);
      expect(seen.some((line) => line.startsWith('openstation/llama-cpp:') && line.endsWith('running')), told.text).toBe(true);
      expect(await engine.docker.listContainers()).toEqual([]);
    } finally {
      await engine.stop();
    }
    expect(processesNaming(place().base)).toEqual([]);
  });
});

interface Place {
  readonly base: string;
  readonly clone: string;
  readonly data: string;
  readonly user: number | undefined;
  readonly ports: Ports;
}

interface Ports {
  readonly options: readonly string[];
  readonly gateway: number;
  readonly console: number;
}

/** A copy of the checkout below a path with a blank, and a data directory beside it. */
function usePlace(): () => Place {
  let place: Place;
  beforeAll(async () => {
    const base = mkdtempSync(join(tmpdir(), 'openstation e2e '));
    chmodSync(base, 0o755);
    place = { base, clone: join(base, 'my clone'), data: join(base, 'data'), user: undefined, ports: await ports() };
    await copyCheckout(place.clone);
    mkdirSync(join(base, 'home'));
  }, 180_000);
  afterAll(() => {
    for (const { pid } of processesNaming(place.base)) process.kill(pid, 'SIGKILL');
    rmSync(place.base, { recursive: true, force: true });
  }, 60_000);
  return () => place;
}

interface Running {
  readonly signal?: AbortSignal;
  readonly onText?: (text: string) => void;
  readonly limitMs?: number;
  /** Words before the command: puts it into a network namespace. */
  readonly launcher?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs ./openstation as somebody at a terminal would: their environment, nothing of the test runner's. */
async function openstation(place: Place, args: readonly string[], options: Running = {}): Promise<Told> {
  const began = performance.now();
  const as = place.user === undefined ? [] : ['setpriv', `--reuid=${place.user}`, `--regid=${place.user}`, '--clear-groups'];
  const [command, ...rest] = [...(options.launcher ?? []), ...as, join(place.clone, 'openstation'), ...args, '--data-dir', place.data];
  const child = spawn(command, rest, { cwd: place.base, env: { ...reachingRegistries(), PATH: process.env['PATH'] ?? '', HOME: join(place.base, 'home'), LANG: 'C.UTF-8', ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      text += part.toString();
      options.onText?.(part.toString());
    });
  }
  options.signal?.addEventListener('abort', () => child.kill('SIGINT'), { once: true });
  const { limitMs = BUILD_AND_RUN_MS - 60_000 } = options;
  // Asked to stop first: what it started must not outlive a test that failed.
  const polite = setTimeout(() => child.kill('SIGINT'), limitMs);
  const firm = setTimeout(() => child.kill('SIGKILL'), limitMs + 30_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(polite);
  clearTimeout(firm);
  const told = { code, text, seconds: (performance.now() - began) / 1000 };
  mkdirSync(join(ARTIFACTS, 'quickstart'), { recursive: true });
  // The key in it belongs to a cluster that is gone with its directory.
  writeFileSync(join(ARTIFACTS, 'quickstart', `${args[0]}-${place.user ?? 'self'}.txt`), text);
  return told;
}

/** How this machine reaches package registries: what a person's shell profile would hold. */
function reachingRegistries(): Record<string, string> {
  const wanted = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|(npm_config_|NPM_CONFIG_).*|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY)$/;
  return Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (wanted.test(name) && value !== undefined ? [[name, value]] : [])));
}

function expectAnswer(told: Told): void {
  expect(told.code, told.text).toBe(0);
  const figures = /first token after (\d+) ms, (\d+) tokens at (\d+) tokens\/s/.exec(told.text);
  expect(figures, told.text).not.toBeNull();
  expect(Number(figures![2])).toBeGreaterThan(3);
  expect(told.text).toContain('everything is stopped');
  process.stdout.write(`quickstart answered after ${told.seconds.toFixed(1)} s in all\n`);
}

async function ports(fixed: { gateway?: number } = {}): Promise<Ports> {
  const chosen = { console: await freePort(), gateway: fixed.gateway ?? (await freePort()), agents: await freePort(), grpc: await freePort() };
  return { ...chosen, options: Object.entries(chosen).flatMap(([name, port]) => [`--port-${name}`, String(port)]) };
}

async function reachable(url: string): Promise<boolean> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  try {
    const answer = await request(url, { dispatcher, headersTimeout: 1000 });
    await answer.body.dump();
    return answer.statusCode === 200;
  } catch {
    return false;
  } finally {
    await dispatcher.destroy();
  }
}
