import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { useCluster, type InstanceView, type ServiceView } from '../harness/cluster/index.js';
import { PrivateDocker, dockerPrerequisites } from '../harness/docker.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { describeWith } from '../harness/prerequisites.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

const WIRE_MBIT = 60;
const ROUNDS = Number(process.env['DOCKER_ROUNDS'] ?? 3);
const ADOPTED_MS = 10_000;

describeWith('engines in containers', dockerPrerequisites, () => {
  let engine: PrivateDocker;
  let image: string;

  beforeAll(async () => {
    engine = await PrivateDocker.start();
    image = await engine.publishFakeEngine('openstation/llama-cpp:e2e');
    await engine.limitRegistry(WIRE_MBIT);
  }, 180_000);
  afterAll(async () => {
    await engine?.stop();
  }, 90_000);
  const cluster = useCluster(() => ({
    engine: { kind: 'image', image, dockerSocket: engine.socket, engines: { vllm: { image } } },
    cards: 1,
    launcher: engine.machine,
    expose: (port) => engine.expose(port),
  }));

  test('the image is pulled with visible layer progress, and the container answers', async () => {
    const { admin, gatewayUrls, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    const { id } = await admin.deploy({ name: 'boxed', modelId: model.id });
    const seen = new Map<string, InstanceView>();
    await waitFor(async () => {
      const service = await admin.service(id);
      const instance = service.instances[0];
      if (instance?.phase === 'image') seen.set(`${instance.percent} ${instance.message}`, instance);
      return service.state === 'ready';
    }, { what: 'service ready', timeoutMs: 90_000, everyMs: 50 });
    const steps = [...seen.values()];
    process.stdout.write(`image phase: ${[...seen.keys()].join(' | ')}\n`);
    expect(steps.length).toBeGreaterThanOrEqual(3);
    expect(steps.every((step) => step.state === 'preparing')).toBe(true);
    const percents = steps.map((step) => step.percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBeGreaterThan(percents[0]!);

    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    await waitFor(async () => streamChat(client, 'boxed'), { what: 'an answer from the container', timeoutMs: 10_000 });
  });

  test('the container is hardened and publishes no port', async () => {
    const [summary] = await engine.docker.listContainers();
    const { HostConfig: host, Config: config } = await engine.docker.getContainer(summary!.Id).inspect();
    expect(host.Privileged).toBe(false);
    expect(host.CapDrop).toContain('ALL');
    expect((host.SecurityOpt as string[] | undefined)?.some((option) => option.startsWith('no-new-privileges'))).toBe(true);
    expect(host.PortBindings ?? {}).toEqual({});
    expect(host.ReadonlyRootfs).toBe(true);
    expect(JSON.stringify([config.Env, config.Cmd])).not.toMatch(/api-key[" ,=]+[0-9a-f]{16}/);
  });

  test(`${ROUNDS} times kill -9 of the agent: the same container goes on and is adopted within ${ADOPTED_MS} ms`, { timeout: 60_000 + ROUNDS * 15_000 }, async () => {
    const { agents, gatewayUrls } = cluster();
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('bob'));
    const before = (await engine.docker.listContainers()).map((container) => container.Id);
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const killed = performance.now();
      await agents[0]!.kill9();
      await waitFor(async () => streamChat(client, 'boxed'), { what: `an answer through the new agent in round ${round}`, timeoutMs: 30_000 });
      times.push(performance.now() - killed);
      expect((await engine.docker.listContainers({ all: true })).map((container) => container.Id)).toEqual(before);
    }
    times.sort((a, b) => a - b);
    const at = (share: number): string => (times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(0);
    process.stdout.write(`agent over Docker: ${ROUNDS} kills, back after p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms\n`);
    expect(times.at(-1)).toBeLessThan(ADOPTED_MS);
  });

  test('a Docker engine that is stopped in its tracks is told, the node stays, and everything is back with it', async () => {
    const { admin, gatewayUrls } = cluster();
    const docker = async () => (await admin.nodes())[0]?.inventory?.drivers.find((driver) => driver.name === 'docker');
    engine.freeze();
    try {
      await waitFor(async () => (await docker())?.available === false, { what: 'Docker told as not available', timeoutMs: 40_000, everyMs: 200 });
      expect((await admin.nodes())[0]?.state).toBe('healthy');
      const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('eve'));
      await waitFor(async () => streamChat(client, 'boxed'), { what: 'an answer while Docker hangs', timeoutMs: 10_000 });
    } finally {
      engine.thaw();
    }
    await waitFor(async () => (await docker())?.available === true, { what: 'Docker back', timeoutMs: 40_000, everyMs: 200 });
  });

  test('the machine loses power: without the controller its agent brings the service back once Docker is up; with it all is as before', { timeout: 120_000 }, async () => {
    const { admin, control, agents, gatewayUrls } = cluster();
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('dan'));
    const [before] = await admin.rest.get<ServiceView[]>('/services');
    const old = (await engine.docker.listContainers()).map(({ Id }) => Id);
    await control.stop('SIGTERM', 10_000);
    await agents[0]!.stop('SIGKILL', 10_000);
    await engine.losePower();
    await engine.cutRegistry();
    const begun = performance.now();
    agents[0]!.start();
    await waitFor(() => readFileSync(join(cluster().directory, 'logs/node-0.log'), 'utf8').includes('engines cannot be listed'), { what: 'an agent that is up before Docker', timeoutMs: 10_000 });
    await engine.startAgain();
    await waitFor(async () => streamChat(client, 'boxed'), { what: 'an answer without the controller', timeoutMs: 30_000, everyMs: 100 });
    process.stdout.write(`service back ${(performance.now() - begun).toFixed(0)} ms after the start of the agent\n`);
    const again = (await engine.docker.listContainers({ all: true })).map(({ Id }) => Id);
    expect(again).toHaveLength(old.length);
    expect(again).not.toEqual(old);
    control.start();
    await cluster().controlReady(30_000);
    await engine.healRegistry();
    await cluster().agentHealthy('node-0');
    const after = await admin.serviceReady(before!.id);
    expect(after.instances.map(({ id, ready }) => [id, ready])).toEqual(before!.instances.map(({ id }) => [id, true]));
    expect((await engine.docker.listContainers({ all: true })).map(({ Id }) => Id)).toEqual(again);
  });

  test('a second deployment needs no second pull; deleting removes the containers', async () => {
    const { admin } = cluster();
    const [model] = await admin.rest.get<{ id: string }[]>('/models');
    await engine.cutRegistry();
    try {
      await admin.deployAndWait({ name: 'boxed-2', modelId: model!.id });
    } finally {
      await engine.healRegistry();
    }
    for (const { id } of await admin.rest.get<{ id: string }[]>('/services')) await admin.deleteServiceAndWait(id);
    expect(await engine.docker.listContainers({ all: true })).toEqual([]);
  });

  const diagnosed = (id: string) =>
    waitFor(async () => (await cluster().admin.rest.get<{ items: { diagnosis: { code: string; evidence: string } | null }[] }>(`/services/${id}/runs`)).items[0]?.diagnosis ?? undefined, { what: 'a diagnosis', timeoutMs: 20_000, everyMs: 100 });

  test('cards that Docker cannot give: the toolkit is missing', async () => {
    const { admin, directory } = cluster();
    const { id: modelId } = await admin.importModel(writeTinySafetensors(join(directory, 'import/wide')), 'wide');
    const { id } = await admin.deploy({ name: 'carded', modelId, engine: 'vllm' });
    expect(await diagnosed(id)).toMatchObject({ code: 'toolkit-missing', evidence: expect.stringContaining('could not select device driver') as string });
    await admin.deleteServiceAndWait(id);
  });

  test('an image that does not exist fails with a reason a person can read', async () => {
    const { admin } = cluster();
    const [model] = await admin.rest.get<{ id: string }[]>('/models');
    await engine.docker.getImage(image).remove({ force: true });
    await engine.cutRegistry();
    try {
      const { id } = await admin.deploy({ name: 'unreachable', modelId: model!.id });
      const failed = await waitFor(async () => (await admin.service(id)).instances.find((instance) => instance.state === 'failed'), { what: 'a failed instance', timeoutMs: 90_000, everyMs: 200 });
      expect(failed.reason).toBe('image-pull');
      expect(failed.message).toContain(image.split('/')[0]);
      expect(await diagnosed(id)).toMatchObject({ code: 'registry-unreachable' });
      await admin.deleteServiceAndWait(id);
    } finally {
      await engine.healRegistry();
    }
  });
});
