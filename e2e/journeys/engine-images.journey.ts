import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useCluster, type ServiceView } from '../harness/cluster/index.js';
import { PrivateDocker, dockerPrerequisites } from '../harness/docker.js';
import type { EngineScript } from '../harness/fake-engine/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { REPOSITORY } from '../harness/paths.js';
import { describeWith } from '../harness/prerequisites.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

interface Words {
  readonly code: string;
  readonly text: string;
  readonly engine?: string;
  /** The proposed change: parameters, or which field of the service. */
  readonly fix?: string;
}

interface Diagnosis {
  readonly code: string;
  readonly evidence: string;
  readonly evidenceLine: number | null;
  readonly advice: string;
  readonly fix: { readonly parameters: string; readonly contextLength: number | null; readonly parallel: number | null } | null;
}

/** Every text takes a real start and a real end of a container: in CI some of each engine, all with OPENSTATION_DOCTOR_TEXTS=all. */
const all = (JSON.parse(readFileSync(join(REPOSITORY, 'controller/control/src/doctor/testing/engine-words.json'), 'utf8')) as Words[]).map((words, index) => ({ ...words, kind: words.engine ?? 'vllm', name: `sick-${index}` }));
const CI_TEXTS = ['context-too-long-for-memory', 'gpu-memory-warm-up', 'prefill-memory', 'gpu-memory', 'host-memory-share', 'dtype-unsupported', 'rendezvous', 'flag-unknown'];
const texts = process.env['OPENSTATION_DOCTOR_TEXTS'] === 'all' ? all : all.filter(({ code }) => CI_TEXTS.includes(code));
const sick = (text: string): EngineScript => ({ loadMs: 20, loadSteps: 1, loadExitPercent: 100, loadExitCode: 1, lastWords: [text] });
const CARDS = 8;
const OWN = 'custom-own';

describeWith('engine images', dockerPrerequisites, () => {
  let engine: PrivateDocker;
  let image: string;
  beforeAll(async () => {
    engine = await PrivateDocker.start({ toolkit: true, diskMb: 1024 });
    const models: Record<string, EngineScript> = Object.fromEntries(texts.map(({ name, text }) => [name, sick(text)]));
    image = await engine.publishFakeEngine('openstation/llama-cpp:e2e', { models: { ...models, hungry: { loadMs: 1500, loadAllocateMb: 1000 }, robbed: { loadMs: 2000 }, choosy: { loadMs: 20, refuseFlags: ['--seed'] } } });
  }, 180_000);
  afterAll(async () => {
    await engine?.stop();
  }, 90_000);
  const cluster = useCluster(() => ({
    engine: { kind: 'image' as const, image, dockerSocket: engine.socket, engines: policyOf(image) },
    cards: CARDS,
    launcher: engine.launcher,
    expose: (port: number) => engine.expose(port),
  }));
  const models = { gguf: '', safetensors: '' };

  beforeAll(async () => {
    const { admin, directory, modelFile } = cluster();
    models.gguf = (await admin.importModel(modelFile, 'tiny')).id;
    models.safetensors = (await admin.importModel(writeTinySafetensors(join(directory, 'import/wide')), 'wide')).id;
    await waitFor(async () => (await cards()).length === CARDS, { what: 'the cards', timeoutMs: 20_000, everyMs: 100 });
  }, 60_000);

  const rest = () => cluster().admin.rest;
  const cards = async () => (await rest().get<{ gpus: { uuid: string }[] }[]>('/nodes')).flatMap(({ gpus }) => gpus.map(({ uuid }) => uuid));
  const deploy = (name: string, kind = 'llama-cpp', more: object = {}) => rest().post<ServiceView>('/services', { name, engine: kind, modelId: kind.startsWith('llama-cpp') || kind.startsWith('custom-') ? models.gguf : models.safetensors, ...more });
  const drop = (id: string) => rest().delete(`/services/${id}`);
  const containerOf = async ({ id }: ServiceView) => {
    const found = await waitFor(async () => (await cluster().admin.service(id)).instances.find(({ handle }) => handle !== ''), { what: 'a container', timeoutMs: 20_000, everyMs: 50 });
    return engine.docker.getContainer(found.handle);
  };

  /** What the doctor says of the first instance that failed. */
  const diagnosed = async (id: string, timeoutMs = 30_000) =>
    waitFor(async () => {
      const { items } = await rest().get<{ items: { state: string; reason: string; message: string; diagnosis: Diagnosis | null }[] }>(`/services/${id}/runs`);
      const told = items.find(({ diagnosis }) => diagnosis !== null)?.diagnosis;
      if (told) return told;
      throw new Error(items.map(({ state, reason, message }) => `${state} ${reason} ${message}`).join(' | '));
    }, { what: 'a diagnosis', timeoutMs, everyMs: 100 });

  const failsAs = async (service: ServiceView, code: string, evidence: RegExp, advice: RegExp) => {
    const told = await diagnosed(service.id);
    expect(told).toMatchObject({ code, evidence: expect.stringMatching(evidence) as string, advice: expect.stringMatching(advice) as string });
    await drop(service.id);
  };

  test('an image that does not fit on the disk', async () => {
    await engine.fillDisk(40);
    const service = await deploy('full');
    await failsAs(service, 'disk-full', /no space left on device/, /Free space/);
    engine.freeDisk();
  });

  test('an image that is not in its registry, and registries that do not answer', async () => {
    const place = async (other: string | null) => rest().put('/engine-images/llama-cpp', { image: other });
    await place(image.replace(/:e2e$/, ':none'));
    await failsAs(await deploy('missing'), 'image-not-found', /manifest unknown|not found/, /name and tag/);
    await place('10.213.7.1:5999/openstation/llama-cpp:e2e');
    await failsAs(await deploy('closed'), 'registry-unreachable', /connection refused/, /mirror/);
    await place('registry.invalid/openstation/llama-cpp:e2e');
    await failsAs(await deploy('nowhere'), 'registry-unreachable', /registry\.invalid/, /mirror/);
    await place(null);
  });

  describe.concurrent('that end with the words of their engines', () => {
    test.each(texts)('$kind: $code', async ({ code, text, kind, name, fix }) => {
      const { id } = await deploy(name, kind);
      const told = await diagnosed(id, 90_000);
      expect(told).toMatchObject({ code, evidence: text.trim(), evidenceLine: expect.any(Number) as number, advice: expect.stringMatching(/.{20}/) as string });
      const proposed = told.fix && (told.fix.contextLength !== null ? 'context' : told.fix.parallel !== null ? 'parallel' : told.fix.parameters);
      expect(proposed).toBe(fix ?? null);
      await drop(id);
    }, 120_000);
  });

  describe.concurrent('each on its way', () => {
    test.each(['vllm', 'sglang', 'vllm-cpu'])('%s serves, and no process list shows its key', async (kind) => {
      const { id, instances } = await cluster().admin.serviceReady((await deploy(`kept-${kind}`, kind)).id);
      const container = engine.docker.getContainer(instances[0]!.handle);
      const { Mounts } = await container.inspect();
      const key = readFileSync(Mounts.find(({ Destination }) => Destination === '/run/openstation/api-key')!.Source, 'utf8').trim();
      const { Processes } = (await container.top({ ps_args: '-eo pid,args' })) as { Processes: string[][] };
      expect(Processes.flat().join(' ')).toContain(`--served-model-name kept-${kind}`);
      expect([key.length, Processes.flat().join(' ').includes(key)]).toEqual([64, false]);
      await drop(id);
    });

    test('a GGUF on a card: planned there, told so, and asked through the gateway', async () => {
      const { admin, gatewayUrls } = cluster();
      const { id } = await deploy('carded', 'llama-cpp-gpu', { contextLength: 128, parallel: 2 });
      const service = await admin.serviceReady(id);
      const { Config, HostConfig } = await (await containerOf(service)).inspect();
      expect([Config.Entrypoint, Config.Cmd]).toEqual([['/app/llama-server'], [
        '--model', expect.stringMatching(/^\/model\/.*gguf$/), '--host', '0.0.0.0', '--port', '8000', '--api-key-file', '/run/openstation/api-key', '--alias', 'carded',
        '--ctx-size', '256', '--parallel', '2', '--n-gpu-layers', '999', '--metrics', '--jinja', '--no-webui', '--offline',
      ]]);
      expect((HostConfig.DeviceRequests ?? []).map(({ DeviceIDs }) => DeviceIDs)).toEqual([[expect.stringMatching(/^GPU-/)]]);
      const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('grace'));
      await waitFor(async () => (await client.models.list()).data.some((model) => model.id === 'carded'), { what: 'its route', timeoutMs: 5000 });
      expect((await streamChat(client, 'carded')).usage?.completion_tokens).toBeGreaterThan(0);
      await drop(id);
    });

    test('a flag that the image does not know: relaunched without it, it serves', async () => {
      const { id } = await deploy('choosy', 'vllm-cpu', { parameters: '--seed 1 --enforce-eager' });
      const { code, fix } = await diagnosed(id);
      expect([code, fix?.parameters]).toEqual(['flag-unknown', '--enforce-eager']);
      await rest().patch(`/services/${id}`, { parameters: fix?.parameters });
      await cluster().admin.serviceReady(id);
      await drop(id);
    });

    test('a container over its memory limit', async () => {
      const service = await deploy('hungry');
      await (await containerOf(service)).update({ Memory: 200 * 2 ** 20, MemorySwap: 200 * 2 ** 20 });
      await failsAs(service, 'host-memory', /kernel killed the engine for lack of memory \(exit code 137/, /container/);
    });

    test('a container killed and a container removed by hand; both come back', async () => {
      const service = await deploy('boxed', 'llama-cpp', { instances: 2 });
      const ready = await cluster().admin.serviceReady(service.id);
      const [first, second] = ready.instances.map(({ handle }) => engine.docker.getContainer(handle));
      await first?.kill();
      await second?.remove({ force: true });
      const told = await waitFor(async () => {
        const { items } = await rest().get<{ items: { diagnosis: Diagnosis | null }[] }>(`/services/${service.id}/runs`);
        const found = items.flatMap(({ diagnosis }) => diagnosis ?? []);
        return found.length === 2 && found;
      }, { what: 'both causes', timeoutMs: 20_000, everyMs: 100 });
      expect(told.map(({ code }) => code).sort()).toEqual(['engine-gone', 'killed']);
      await cluster().admin.serviceReady(service.id);
      await drop(service.id);
    });

    test('a port that another program takes: it starts again by itself', async () => {
      const service = await deploy('robbed', 'vllm-cpu');
      const container = await containerOf(service);
      const { State } = await container.inspect();
      const thief = spawn('nsenter', ['--net', '--target', String(State.Pid), process.execPath, '-e', 'require("net").createServer().listen(8000, "0.0.0.0", () => console.log("taken"))']);
      await once(thief.stdout, 'data');
      await waitFor(async () => (await container.inspect().catch(() => undefined)) === undefined, { what: 'the end of the first container', timeoutMs: 15_000, everyMs: 100 });
      thief.kill();
      const { instances } = await cluster().admin.serviceReady(service.id);
      expect(instances.map(({ state }) => state)).toEqual(['running']);
      await drop(service.id);
    });
  });

  describe('of an administrator’s own', () => {
    const own = {
      name: 'Own', hardware: 'cpu', formats: ['gguf'], entrypoint: ['/opt/own/server', 'serve'], env: { OWN_GREETING: 'hello' }, healthPath: '/status/live', metricsPath: '/status/numbers', description: '',
      argv: ['--weights={model_path}', '--listen={host}:{port}', '--served-model-name', '{served_name}', '--secret', '{api_key_file}', '--window={context_length}', '--slots', '{parallel}'],
    };
    const save = (id: string, over: object = {}) => rest().put(`/custom-engines/${id}`, { ...own, image, ...over });
    const [, ...nameless] = own.argv.filter((word) => !/served/.test(word));

    test.each<[string, object, RegExp]>([
      ['a placeholder that is none', { argv: [...own.argv, '{model}'] }, /argv\.9: \{model\} is no placeholder; there are \{model_path\}/],
      ['no port', { argv: ['{model_path}'] }, /argv: \{port\} is missing/],
      ['a health path with a question', { healthPath: '/live?x' }, /healthPath/],
    ])('%s is refused with field and fix', async (_title, over, words) => {
      await expect(save(OWN, over)).rejects.toThrow(words);
    });

    describe.concurrent('with a template that is wrong', () => {
      test.each<[string, object, string, RegExp]>([
        ['custom-program', { entrypoint: ['/opt/own/servant'] }, 'program-missing', /\/opt\/own\/servant/],
        ['custom-health', { healthPath: '/healthz' }, 'health-path', /healthPath of its template: .*404 at \/healthz/],
        ['custom-name', { argv: ['--model={model_path}', ...nameless] }, 'engine-name', /argv of its template: the engine serves \/model.*calls ask for custom-name: \{served_name\}/],
        ['custom-image', { image: '10.213.7.1:5999/other:1' }, 'policy-refused', /image "10\.213\.7\.1:5999\/other:1" .*engines\.custom-image\.repositories/],
        ['custom-shut', {}, 'policy-refused', /engines\.custom-shut\.template/],
      ])('%s', async (kind, over, code, evidence) => {
        await save(kind, over);
        await failsAs(await deploy(kind, kind), code, evidence, /template|policy/);
      }, 60_000);
    });

    test('deployed, asked through the gateway, changed while it runs, and kept as long as it is used', async () => {
      const { admin, gatewayUrls } = cluster();
      await save(OWN);
      const { id } = await deploy('own-chat', OWN, { parallel: 3 });
      await admin.serviceReady(id);
      const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
      await waitFor(async () => (await client.models.list()).data.some((model) => model.id === 'own-chat'), { what: 'its route', timeoutMs: 5000 });
      expect((await streamChat(client, 'own-chat')).usage?.completion_tokens).toBeGreaterThan(0);
      const { Config } = await (await containerOf(await admin.service(id))).inspect();
      expect([Config.Entrypoint, Config.Cmd]).toEqual([['/opt/own/server'], ['serve', expect.stringMatching(/^--weights=\/model\/.*gguf$/), '--listen=0.0.0.0:8000', '--served-model-name', 'own-chat', '--secret', '/run/openstation/api-key', expect.stringMatching(/^--window=\d+$/), '--slots', '3']]);
      expect(Config.Env).toContain('OWN_GREETING=hello');

      await save(OWN, { argv: [...own.argv, '--warm'] });
      await expect(rest().delete(`/custom-engines/${OWN}`)).rejects.toThrow(/used by own-chat/);
      expect((await admin.service(id)).instances.map(({ ready }) => ready)).toEqual([true]);
      await rest().post(`/services/${id}/instances`, {});
      const { instances } = await admin.serviceReady(id);
      const commands = await Promise.all(instances.map(async ({ handle }) => (await engine.docker.getContainer(handle).inspect()).Config.Cmd.at(-1)));
      expect(commands.sort()).toEqual(['--warm', '3']);
      await admin.deleteServiceAndWait(id);
      await rest().delete(`/custom-engines/${OWN}`);
    });
  });

  test('a card that is lost', async () => {
    engine.loseCards(await cards());
    await failsAs(await deploy('cardless', 'vllm'), 'gpu-unknown', /nvidia-container-cli: device error: GPU-/, /Look at its cards/);
    engine.loseCards([]);
  });
});

/** Every engine is the one image; `registry.invalid` is a name that nobody resolves. */
function policyOf(image: string): Record<string, unknown> {
  const own = [OWN, 'custom-program', 'custom-health', 'custom-name', 'custom-image'];
  const others = ['10.213.7.1:5999/openstation/llama-cpp', 'registry.invalid/openstation/llama-cpp'];
  return { 'llama-cpp': { image, repositories: others }, 'llama-cpp-gpu': { image }, vllm: { image }, 'vllm-cpu': { image }, sglang: { image }, 'custom-shut': { image }, ...Object.fromEntries(own.map((id) => [id, { image, template: true }])) };
}
