import Docker from 'dockerode';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { pack } from 'tar-stream';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, it } from 'vitest';
import { exitingDriverContract } from '../src/driver/driver.contract.js';
import { ENGINE_NETWORK } from '../src/driver/docker/container-options.js';
import { DockerDriver } from '../src/driver/docker/docker-driver.js';
import { engineName, type EngineSpec } from '../src/driver/index.js';

/** Where it is set, the test runs in the engine's network namespace, so that container addresses can be reached. */
const SOCKET = process.env['OPENSTATION_TEST_DOCKER_SOCKET'];
const BUSYBOX = '/bin/busybox';
const IMAGE = 'openstation-test/busybox:1';
const missing = SOCKET === undefined ? 'OPENSTATION_TEST_DOCKER_SOCKET is not set' : existsSync(BUSYBOX) ? '' : `${BUSYBOX} (busybox-static) is missing`;

/** The smallest image with a shell: one static program. */
async function importImage(docker: Docker): Promise<void> {
  const tar = pack();
  for (const directory of ['bin', 'tmp', 'model', 'cache', 'run']) tar.entry({ name: directory, type: 'directory', mode: 0o755 });
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile(BUSYBOX));
  for (const tool of ['sh', 'sleep', 'cat', 'grep', 'id', 'touch', 'httpd', 'env', 'sort', 'wget']) tar.entry({ name: `bin/${tool}`, type: 'symlink', linkname: 'busybox' });
  tar.finalize();
  const stream = await docker.importImage(tar as unknown as string, { repo: 'openstation-test/busybox', tag: '1' });
  await new Promise<void>((resolve, reject) => docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())));
}

async function spec(root: string, instanceId: string, generation: number, commandLine: readonly string[]): Promise<EngineSpec> {
  const directory = join(root, engineName(instanceId, generation));
  const modelDir = join(root, 'model');
  await mkdir(directory, { recursive: true });
  await mkdir(modelDir, { recursive: true });
  await writeFile(join(modelDir, 'weights'), 'w');
  const keyFile = join(directory, 'api-key');
  if (!existsSync(keyFile)) await writeFile(keyFile, 'secret', { mode: 0o400 });
  return {
    instanceId, generation, engine: 'test', image: IMAGE, commandLine, env: {}, readPaths: [], gpuUuids: [], shmBytes: 0, memoryLimitBytes: 0, cpuCores: 0,
    place: { modelDir, keyFile, port: 4321, distributed: false },
  };
}

async function freshRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'os-docker-'));
  await chmod(root, 0o711);
  return root;
}

if (missing !== '') {
  it.runIf(false)(`docker driver [skipped: ${missing}; node tools/test/run.mjs room:agent starts an engine]`, () => undefined);
} else {
  const socket = SOCKET ?? '';
  beforeAll(() => importImage(new Docker({ socketPath: socket })));

  exitingDriverContract('docker', async () => {
    const root = await freshRoot();
    return {
      driver: new DockerDriver(socket, root, 'c-test'),
      again: () => new DockerDriver(socket, root, 'c-test'),
      longRunning: (instanceId, generation) => spec(root, instanceId, generation, ['/bin/sh', '-c', 'echo line 1; echo line 2; echo line 3; exec sleep 600']),
      shortLived: (instanceId, generation) => spec(root, instanceId, generation, ['/bin/sh', '-c', 'echo bye; exit 7']),
      close: () => rm(root, { recursive: true, force: true }),
    };
  });

  describe('docker driver', () => {
    const name = engineName('d-1', 1);

    async function withEngine(command: string, look: (driver: DockerDriver, lines: string[]) => Promise<void>, changes: Partial<EngineSpec> = {}): Promise<void> {
      const root = await freshRoot();
      const driver = new DockerDriver(socket, root, 'c-test');
      try {
        await driver.start({ ...(await spec(root, 'd-1', 1, ['/bin/sh', '-c', command])), ...changes });
        const lines = await waitFor(async () => { const found = await driver.recentLines(name, 50); return found.includes('end') && found; }, { what: 'output', timeoutMs: 10_000 });
        await look(driver, lines);
      } finally {
        await driver.stop(name, 0);
        await driver.remove(name);
        await rm(root, { recursive: true, force: true });
      }
    }

    it('confines the engine: no capability, read-only root, own user, key readable, model not writable', async () => {
      const command = 'grep -E "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status; id -u; cat /run/openstation/api-key; echo; touch /x; touch /model/x; touch /cache/x && echo cache ok; echo end; exec sleep 600';
      await withEngine(command, async (_driver, lines) => {
        const text = lines.join('\n');
        expect(text).toMatch(/CapEff:\s+0{16}/);
        expect(text).toMatch(/CapBnd:\s+0{16}/);
        expect(text).toMatch(/NoNewPrivs:\s+1/);
        expect(lines).toContain('10001');
        expect(lines).toContain('secret');
        expect(text).toMatch(/\/x: Read-only file system/);
        expect(text).toMatch(/\/model\/x: Read-only file system/);
        expect(lines).toContain('cache ok');
        return Promise.resolve();
      });
    });

    it('is reached by the node and reaches nobody', async () => {
      await withEngine('httpd -p 8000 -h /model; wget -T 1 -q -O- http://10.255.255.1/ || echo no way out; echo end; exec sleep 600', async (driver, lines) => {
        expect(lines).toContain('no way out');
        const endpoint = (await driver.list()).find((record) => record.name === name)?.endpoint;
        const connection = connect({ host: endpoint?.host ?? '', port: endpoint?.port ?? 0 });
        await new Promise<void>((resolve, reject) => connection.once('connect', resolve).once('error', reject));
        connection.destroy();
      });
    });

    it('starts engines together on a node that never had one, and beside a network that stands there twice', async () => {
      const root = await freshRoot();
      const docker = new Docker({ socketPath: socket });
      const driver = new DockerDriver(socket, root, 'c-test');
      const networks = async () => (await docker.listNetworks({ filters: { name: [ENGINE_NETWORK] } })).map(({ Id }) => Id);
      await driver.dismantle();
      const ids = ['d-1', 'd-2', 'd-3'];
      const start = async () => Promise.all(await Promise.all(ids.map((id) => spec(root, id, 1, ['/bin/sh', '-c', 'exec sleep 600']))).then((specs) => specs.map((one) => driver.start(one))));
      const clear = async () => {
        for (const id of ids) await driver.stop(engineName(id, 1), 0).then(() => driver.remove(engineName(id, 1)));
      };
      await start();
      expect(await networks()).toHaveLength(1);
      await clear();
      await docker.createNetwork({ Name: ENGINE_NETWORK, Driver: 'bridge', Internal: true, Labels: { 'os.cluster': 'c-test' } });
      expect((await start()).map(({ state }) => state)).toEqual(['running', 'running', 'running']);
      await clear();
      await driver.dismantle();
      expect(await networks()).toEqual([]);
    });

    it('tells a container that ran out of memory', async () => {
      const root = await freshRoot();
      const driver = new DockerDriver(socket, root, 'c-test');
      const hungry = { ...(await spec(root, 'd-1', 1, ['/bin/sh', '-c', 'x=a; while :; do x=$x$x; done'])), memoryLimitBytes: 16 * 1024 * 1024 };
      await driver.start(hungry);
      const ended = await waitFor(async () => (await driver.list()).find((record) => record.state === 'exited'), { what: 'exit', timeoutMs: 20_000 });
      expect(ended).toMatchObject({ exitCode: 137, oomKilled: true });
      await driver.remove(name);
      await rm(root, { recursive: true, force: true });
    });

    it('does not pull what is present, and says why a pull failed', async () => {
      const driver = new DockerDriver(socket, await freshRoot(), 'c-test');
      const { signal } = new AbortController();
      await driver.prepare(IMAGE, () => undefined, signal);
      await expect(driver.prepare('127.0.0.1:9/none/such:1', () => undefined, signal)).rejects.toMatchObject({ reason: 'image-pull' });
    });

    it('says when a GPU cannot be given to a container', async () => {
      const root = await freshRoot();
      const driver = new DockerDriver(socket, root, 'c-test');
      const wanted = { ...(await spec(root, 'd-1', 1, ['/bin/sh'])), gpuUuids: ['GPU-00000000-0000-0000-0000-000000000000'] };
      await expect(driver.start(wanted)).rejects.toMatchObject({ reason: 'gpu-driver' });
      await driver.remove(name);
    });
  });
}

describe('image pull against a scripted Docker engine', () => {
  interface Script {
    /** Lines of the answer to the pull; 'cut' breaks the connection. */
    readonly lines: readonly string[];
    readonly status?: number;
    readonly presentAfter?: boolean;
  }

  async function engine(script: Script): Promise<{ server: Server; socket: string; pulls: () => number }> {
    const socket = join(await mkdtemp(join(tmpdir(), 'os-sock-')), 'docker.sock');
    let pulls = 0;
    let present = false;
    const server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(present ? 200 : 404, { 'content-type': 'application/json' });
        return void response.end(present ? '{"Config":{"Env":[]}}' : '{"message":"No such image"}');
      }
      pulls += 1;
      response.writeHead(script.status ?? 200, { 'content-type': 'application/json' });
      const [...lines] = script.lines;
      const next = (): void => {
        const line = lines.shift();
        if (line === 'cut') return void response.destroy();
        if (line === undefined) {
          present = script.presentAfter ?? false;
          return void response.end();
        }
        response.write(`${line}\n`, () => setTimeout(next, 20));
      };
      next();
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    return { server, socket, pulls: () => pulls };
  }

  const layer = (status: string, current: number) => JSON.stringify({ id: 'l1', status, progressDetail: { current, total: 100 } });

  it('one pull however many ask, with rising progress', async () => {
    const { server, socket, pulls } = await engine({ lines: [layer('Downloading', 10), layer('Downloading', 90), layer('Extracting', 50), '{"id":"l1","status":"Pull complete"}'], presentAfter: true });
    const driver = new DockerDriver(socket, '/nowhere', 'c');
    const seen: number[] = [];
    const { signal } = new AbortController();
    await Promise.all([driver.prepare('a/b:1', (ratio) => seen.push(ratio), signal), driver.prepare('a/b:1', () => undefined, signal)]);
    expect(pulls()).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    server.close();
  });

  it.each([
    ['an error line inside HTTP 200', { lines: ['{"errorDetail":{"message":"no space left on device"},"error":"no space left on device"}'] }, 'no space left on device'],
    ['a refused name', { status: 404, lines: ['{"message":"manifest unknown"}'] }, 'manifest unknown'],
    ['a cut connection', { lines: [layer('Downloading', 10), 'cut'] }, 'could not be fetched'],
    ['a stream that ends early without a word', { lines: [layer('Downloading', 10)] }, 'ended before the image was complete'],
  ])('fails on %s', async (_title, script: Script, text) => {
    const { server, socket } = await engine(script);
    const driver = new DockerDriver(socket, '/nowhere', 'c');
    await expect(driver.prepare('a/b:1', () => undefined, new AbortController().signal)).rejects.toMatchObject({ reason: 'image-pull', message: expect.stringContaining(text) as string });
    server.close();
  });

  it('ends the pull when the last one who wanted it leaves', async () => {
    const { server, socket } = await engine({ lines: Array.from({ length: 500 }, (_, n) => layer('Downloading', n / 5)) });
    const closed = new Promise<void>((resolve) => server.once('connection', (connection) => connection.once('close', resolve)));
    const abort = new AbortController();
    const pull = new DockerDriver(socket, '/nowhere', 'c').prepare('a/b:1', () => abort.abort(new Error('tombstone')), abort.signal);
    await expect(pull).rejects.toThrow('tombstone');
    await closed;
    server.close();
  });
});
