import { createServer, type Server, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import type { DriverInfo, Metrics } from '@openstation/proto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { AgentProcess, run } from './agent-process.js';
import { FakeDispatcher } from './fake-dispatcher.js';

/** Only what the agent asks an idle Docker engine; while it hangs it takes connections and says nothing. */
class QuietDocker {
  hangs = false;
  waiting = new Set<ServerResponse>();
  #server: Server | undefined;

  constructor(readonly socket: string) {}

  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      if (this.hangs) {
        this.waiting.add(response);
        response.once('close', () => this.waiting.delete(response));
      } else response.setHeader('content-type', 'application/json').end(request.url?.includes('/version') === true ? '{"Version":"28.0"}' : '[]');
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.socket, resolve));
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

let dispatcher: FakeDispatcher;
let agent: AgentProcess;
let docker: QuietDocker;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'os-docker-'));
  docker = new QuietDocker(join(directory, 'docker.sock'));
  dispatcher = await FakeDispatcher.start();
  dispatcher.files.set('model.gguf', Buffer.alloc(1000, 'weights'));
  agent = await AgentProcess.create(dispatcher, { env: { OPENSTATION_DOCKER_SOCKET: docker.socket } });
});

afterEach(async () => {
  dispatcher.stop();
  await agent.destroy();
  docker.close();
  await rm(directory, { recursive: true, force: true });
});

const heard = () => dispatcher.sessions.flatMap((session) => session.received.map((message) => message.body));
const metrics = (): Metrics[] => heard().flatMap((body) => (body?.$case === 'heartbeat' && body.value.metrics ? [body.value.metrics] : []));
const codes = () => heard().flatMap((body) => (body?.$case === 'notice' ? [body.value.code] : []));
function driver(): DriverInfo | undefined {
  const inventories = heard().flatMap((body) => (body?.$case === 'hello' ? [body.value.inventory] : body?.$case === 'inventory' ? [body.value] : []));
  return inventories.at(-1)?.drivers.find((entry) => entry.name === 'docker');
}

it('a Docker engine that hangs holds up no heartbeat, no process engine and piles nothing up; it is told, and so is its return', async () => {
  await docker.listen();
  await agent.start();
  await waitFor(() => driver()?.available === true, { what: 'Docker in the inventory', timeoutMs: 15_000 });
  const before = metrics().length;
  docker.hangs = true;
  await waitFor(() => codes().includes('container-engine-hangs') && driver()?.available === false, { what: 'the hang told', timeoutMs: 40_000 });
  expect(driver()?.message).toMatch(/took longer than/);
  expect(Math.max(...metrics().slice(before).map((sample) => sample.intervalMs))).toBeLessThan(2000);
  expect(dispatcher.sessions).toHaveLength(1);
  expect(docker.waiting.size).toBeLessThanOrEqual(4);
  dispatcher.assign(run(dispatcher, 'i-1'));
  await dispatcher.until('i-1', 'a process engine beside it', (status) => status.ready);
  docker.hangs = false;
  await waitFor(() => codes().includes('container-engine-back') && driver()?.available === true, { what: 'the return told', timeoutMs: 40_000 });
  expect(dispatcher.sessions).toHaveLength(1);
});

it('Docker that is installed while the agent runs is found, one that goes away is told', async () => {
  await agent.start();
  await waitFor(() => metrics().length > 0, { what: 'a heartbeat', timeoutMs: 15_000 });
  expect(driver()).toBeUndefined();
  await docker.listen();
  await waitFor(() => driver()?.available === true && driver()?.version === '28.0', { what: 'Docker found', timeoutMs: 40_000 });
  docker.close();
  await waitFor(() => codes().includes('container-engine-away') && driver()?.available === false, { what: 'its end told', timeoutMs: 40_000 });
});
