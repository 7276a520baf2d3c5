import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { PrivateDocker, dockerPrerequisites } from '../harness/docker.js';
import type { EngineScript } from '../harness/fake-engine/index.js';
import { REPOSITORY } from '../harness/paths.js';
import { describeWith } from '../harness/prerequisites.js';
import { writeTinySafetensors } from '../harness/tiny-safetensors.js';

interface Words {
  readonly code: string;
  readonly text: string;
  readonly engine?: string;
}

interface Diagnosis {
  readonly code: string;
  readonly evidence: string;
  readonly evidenceLine: number | null;
  readonly advice: string;
  readonly fix: { readonly label: string; readonly parameters: string; readonly contextLength: number | null; readonly parallel: number | null } | null;
}

/** Every text takes a real start and a real end of a container: in CI some of each engine, all with OPENSTATION_DOCTOR_TEXTS=all. */
const all = JSON.parse(readFileSync(join(REPOSITORY, 'controller/control/src/doctor/testing/engine-words.json'), 'utf8')) as Words[];
const words = (process.env['OPENSTATION_DOCTOR_TEXTS'] === 'all' ? all : all.filter((_, index) => index % 6 === 0 && all[index]?.code !== 'port-in-use')).map((one, index) => ({ ...one, engine: one.engine ?? 'vllm', name: `sick-${index}` }));
const sick = (text: string): EngineScript => ({ loadMs: 20, loadSteps: 1, loadExitPercent: 100, loadExitCode: 1, lastWords: [text] });

describeWith('engine images', dockerPrerequisites, () => {
  let engine: PrivateDocker;
  let image: string;
  beforeAll(async () => {
    engine = await PrivateDocker.start({ toolkit: true, diskMb: 1024 });
    image = await engine.publishFakeEngine('openstation/llama-cpp:e2e', { models: Object.fromEntries(words.map(({ name, text }) => [name, sick(text)])) });
  }, 180_000);
  afterAll(async () => {
    await engine?.stop();
  }, 90_000);
  const cluster = useCluster(() => ({
    engine: { kind: 'image' as const, image, dockerSocket: engine.socket, engines: { vllm: { image }, 'vllm-cpu': { image }, sglang: { image } } },
    cards: 8,
    launcher: engine.launcher,
    expose: (port: number) => engine.expose(port),
  }));
  const models = { gguf: '', safetensors: '' };

  beforeAll(async () => {
    const { admin, directory, modelFile } = cluster();
    models.gguf = (await admin.importModel(modelFile, 'tiny')).id;
    models.safetensors = (await admin.importModel(writeTinySafetensors(join(directory, 'import/wide')), 'wide')).id;
    await waitFor(async () => (await admin.rest.get<{ gpus: unknown[] }[]>('/nodes')).every(({ gpus }) => gpus.length === 8), { what: 'the cards', timeoutMs: 20_000, everyMs: 100 });
  }, 60_000);

  const deploy = (name: string, kind: string, more: object = {}) =>
    cluster().admin.rest.post<{ id: string }>('/services', { name, engine: kind, modelId: kind === 'llama-cpp' ? models.gguf : models.safetensors, ...more });

  const diagnosed = (id: string, timeoutMs = 60_000) =>
    waitFor(async () => {
      const { rest } = cluster().admin;
      const { items } = await rest.get<{ items: { diagnosis: Diagnosis | null; message: string }[] }>(`/services/${id}/runs`).catch(() => ({ items: [] }));
      const service = await rest.get<{ message: string; instances: { diagnosis: Diagnosis | null; state: string; message: string; phase: string }[] }>(`/services/${id}`);
      const found = [...service.instances, ...items].find((one) => one.diagnosis !== null)?.diagnosis;
      if (!found) throw new Error(service.instances.map((one) => `${one.state} ${one.phase} ${one.message}`).join(' | '));
      return found;
    }, { what: `a diagnosis`, timeoutMs, everyMs: 100 });

  describe.concurrent('that die with the words of their engines', () => {
    test.each(words)('$engine: $code', async ({ code, text, engine: kind, name }) => {
      const { id } = await deploy(name, kind);
      const diagnosis = await diagnosed(id);
      expect(diagnosis).toMatchObject({ code, evidence: text.trim(), evidenceLine: expect.any(Number) as number });
      await cluster().admin.rest.delete(`/services/${id}`);
    }, 90_000);
  });
});
