import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster, type ServiceView } from '../harness/cluster/index.js';

/*
 * What the platform itself takes of a deployment, with model and engine on the node and an engine that loads in no time:
 * from the request to the started process, and from the engine's first "ready" to the first answer through the gateway.
 *   cd e2e && npx vitest run --config vitest.bench.config.ts bench/deploy.bench.ts
 */
const ROUNDS = Number(process.env['ROUNDS'] ?? 30);
const STARTED_MS = 1000;
const ROUTABLE_MS = 300;

let cluster: Cluster;
let modelId: string;
let key: string;

beforeAll(async () => {
  cluster = await Cluster.start({ script: { loadMs: 300, loadSteps: 3, tokens: 2 } });
  modelId = (await cluster.admin.importModel(cluster.modelFile, 'tiny')).id;
  key = await cluster.userWithKey('ada');
  // The first deployment brings the model to the node.
  await round('first');
}, 120_000);

afterAll(() => cluster.stop());

test(`${ROUNDS} deployments`, async () => {
  const started: number[] = [];
  const routable: number[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const times = await round(`bench-${number}`);
    started.push(times.startedMs);
    routable.push(times.routableMs);
  }
  tell('submit to started process', started, STARTED_MS);
  tell('ready to routable', routable, ROUTABLE_MS);
  expect(started.length).toBe(ROUNDS);
}, 600_000);

async function round(name: string): Promise<{ startedMs: number; routableMs: number }> {
  const submitted = Date.now();
  const service = await cluster.admin.rest.post<ServiceView>('/services', { name, modelId });
  const { instanceId, at } = await waitFor(() => startOf(service), { what: 'the start', timeoutMs: 20_000, everyMs: 20 });
  const engine = await waitFor(() => cluster.engines().find((one) => one.instanceId === instanceId), { what: 'the engine', timeoutMs: 5000, everyMs: 20 });
  await waitFor(async () => (await answers(`http://127.0.0.1:${engine.port}/health`)) === 200, { what: 'a loaded engine', timeoutMs: 20_000, everyMs: 3 });
  const ready = performance.now();
  await waitFor(async () => (await answers(`${cluster.gatewayUrls[0]!}/chat/completions`, JSON.stringify({ model: name, messages: [{ role: 'user', content: 'x' }] }))) === 200, { what: 'an answer', timeoutMs: 20_000, everyMs: 3 });
  const routableMs = performance.now() - ready;
  await cluster.admin.deleteServiceAndWait(service.id);
  return { startedMs: at - submitted, routableMs };
}

/** The agent logs the moment in which the process was there. */
function startOf({ id }: ServiceView): { instanceId: string; at: number } | undefined {
  const placed = lines('control.log').find((line) => line['serviceId'] === id && line['msg'] === 'instance got its place');
  const line = placed && lines('node-0.log').find((one) => one['instanceId'] === placed['instanceId'] && one['msg'] === 'engine started');
  return line && { instanceId: String(line['instanceId']), at: Date.parse(String(line['time'])) };
}

function lines(file: string): Record<string, unknown>[] {
  return readFileSync(join(cluster.directory, 'logs', file), 'utf8').split('\n').filter((line) => line.startsWith('{')).slice(-50).map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** 0: nobody is there. */
async function answers(url: string, body?: string): Promise<number> {
  try {
    const answer = await request(url, { method: body === undefined ? 'GET' : 'POST', headersTimeout: 10_000, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: body ?? null });
    await answer.body.dump();
    return answer.statusCode;
  } catch {
    return 0; // refused while it starts
  }
}

function tell(what: string, times: readonly number[], goal: number): void {
  const sorted = [...times].sort((a, b) => a - b);
  const [median, most] = [0.5, 0.95].map((part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(0));
  process.stdout.write(`${what}: median ${median} ms, p95 ${most} ms, max ${sorted.at(-1)!.toFixed(0)} ms (goal ${goal} ms)\n`);
}
