import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, test } from 'vitest';
import { BrowserSession } from '../harness/browser.js';
import { Cluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { REPOSITORY } from '../harness/paths.js';
import { A100, L40S, busyNvidiaSmi, type CardKind } from '../harness/rack.js';
import { firstSignIn } from '../harness/sign-in.js';
import { writeSparseSafetensors, type ModelMeasures } from '../harness/sparse-safetensors.js';

/*
 * docs/console.png: the services of a healthy cluster, in the built product. Real are control, gateway, agents and console;
 * engines and cards are stand-ins, so it can be taken anywhere.
 *   cd e2e && npx vitest run --config vitest.pictures.config.ts
 */
const ARRIVING = 'reports-nightly';
const SMALL: ModelMeasures = { architecture: 'LlamaForCausalLM', type: 'llama', layers: 30, hidden: 576, heads: 9, kvHeads: 3, context: 8192, millions: 135 };
const LARGER: ModelMeasures = { architecture: 'LlamaForCausalLM', type: 'llama', layers: 32, hidden: 960, heads: 15, kvHeads: 5, context: 8192, millions: 362 };
const READY_MS = 300_000;
const RACK: readonly { readonly name: string; readonly kind: CardKind }[] = [{ name: 'gpu-a100-01', kind: A100 }, { name: 'gpu-a100-02', kind: A100 }, { name: 'gpu-l40s-01', kind: L40S }];

interface Node {
  readonly id: string;
  readonly name: string;
  readonly gpus: readonly { readonly uuid: string; readonly name: string }[];
}

let cluster: Cluster;
let browser: BrowserSession | undefined;

beforeAll(async () => {
  const models = { [ARRIVING]: { loadHangPercent: 60 } };
  cluster = await Cluster.start({ agents: RACK.length, cards: 4, engine: { kind: 'fake-groups' }, script: { loadMs: 1500, loadSteps: 20, tokensPerSecond: 90, ttftMs: 120, tokens: 60, models } });
});
afterAll(async () => {
  await browser?.close();
  await cluster.stop();
});

test('the services page', async () => {
  const { admin } = cluster;
  const nodes = await furnish();
  const small = await admin.importModel(writeSparseSafetensors(join(cluster.directory, 'import/small'), SMALL), 'SmolLM2-135M-Instruct');
  const larger = await admin.importModel(writeSparseSafetensors(join(cluster.directory, 'import/larger'), LARGER), 'SmolLM2-360M-Instruct');
  const tiny = await admin.importModel(cluster.modelFile, 'tiny-chat-Q8_0');
  const [first, second, third] = nodes.map(({ id }) => id) as [string, string, string];

  await admin.deployAndWait({ name: 'help-desk', modelId: tiny.id, mode: 'cpu', nodeIds: [third] }, READY_MS);
  await admin.deployAndWait({ name: '翻译', modelId: small.id, mode: 'single', nodeIds: [third] }, READY_MS);
  await admin.deployAndWait({ name: 'code-review', modelId: small.id, mode: 'single', nodeIds: [second] }, READY_MS);
  await admin.deployAndWait({ name: 'research', modelId: larger.id, mode: 'distributed', nodeIds: [first, second] }, READY_MS);
  await admin.deployAndWait({ name: 'assistant', modelId: larger.id, mode: 'single', instances: 2, nodeIds: [first] }, READY_MS);
  await talk(['assistant', 'research', 'help-desk']);
  await admin.deploy({ name: ARRIVING, modelId: small.id, mode: 'single', nodeIds: [third] });
  await waitFor(async () => (await admin.rest.get<{ name: string; phase: string; percent: number | null }[]>('/services')).some(({ name, phase, percent }) => name === ARRIVING && phase === 'weights' && (percent ?? 0) > 60), { what: 'a service that loads', timeoutMs: READY_MS, everyMs: 200 });

  browser = await BrowserSession.open({ journey: 'picture', language: 'en', theme: 'light', expected: [/status of 401/] });
  await browser.step('services', async (page) => {
    await firstSignIn(page, cluster.consoleUrl, cluster.initialAdminPassword());
    await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Services' }).click();
    await page.getByText('5 of 6 ready').waitFor();
    await page.locator('os-service-card', { hasText: ARRIVING }).getByRole('progressbar').waitFor();
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(REPOSITORY, 'docs/console.png') });
  });
});

/** Names and cards as in a rack; the address people know. */
async function furnish(): Promise<readonly Node[]> {
  const { admin, directory } = cluster;
  const listed = async () => (await admin.rest.get<Node[]>('/nodes')).sort((a, b) => a.name.localeCompare(b.name));
  const nodes = await waitFor(async () => { const found = await listed(); return found.every(({ gpus }) => gpus.length === 4) && found; }, { what: 'cards of all nodes', timeoutMs: 30_000 });
  for (const [index, { id, name, gpus }] of nodes.entries()) {
    const place = RACK[index];
    if (!place) continue;
    busyNvidiaSmi(join(directory, name, 'nvidia-smi'), place.kind, gpus.map(({ uuid }) => uuid));
    await admin.rest.patch(`/nodes/${id}`, { name: place.name });
  }
  await admin.rest.patch('/settings', { publicHost: 'llm.local' });
  return waitFor(async () => { const found = await listed(); return found.every(({ gpus }, index) => gpus[0]?.name === RACK[index]?.kind.name) && found; }, { what: 'the cards of the rack', timeoutMs: READY_MS });
}

async function talk(services: readonly string[]): Promise<void> {
  const client = openaiClient(cluster.gatewayUrls[0] ?? '', await cluster.userWithKey('ada'));
  for (const name of services) {
    await waitFor(async () => (await client.models.list()).data.some(({ id }) => id === name), { what: `the route of ${name}`, timeoutMs: 10_000 });
    await streamChat(client, name);
  }
}
