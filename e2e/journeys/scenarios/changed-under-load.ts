import type OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Cluster, ServiceView } from '../../harness/cluster/index.js';
import { callThroughout, openaiClient, streamChat, type Answers } from '../../harness/openai.js';

const STEP_MS = 60_000;

/** How engines answer at first: slowly enough that something is always under way. */
export const ANSWERS = { loadMs: 100, ttftMs: 20, tokens: 12, tokensPerSecond: 60 };

/** Everything that may be done to a service that people are calling: none of their calls notices. `over`: instances of its largest size. */
export function changedUnderLoad(cluster: () => Cluster, over: number): void {
  let client: OpenAI;
  let service: ServiceView;

  beforeAll(async () => {
    const { admin, gatewayUrls, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    service = await admin.deployAndWait({ name: 'busy', modelId: model.id });
    client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    await waitFor(async () => streamChat(client, 'busy'), { what: 'the service through the gateway', timeoutMs: 10_000 });
  }, 90_000);
  afterAll(async () => {
    await cluster().admin.deleteServiceAndWait(service.id);
  }, 60_000);

  const now = () => cluster().admin.service(service.id);
  const engines = () => cluster().engines().filter(({ model }) => model === 'busy');
  const contexts = () => engines().map(({ contextSize }) => contextSize).sort();

  const underLoad = async (work: (answers: Answers) => Promise<void>) => expect(await callThroughout(client, 'busy', work)).toEqual([]);

  test('an instance is added, gets its share of the calls, and is taken away again', { timeout: STEP_MS }, async () => {
    const { admin } = cluster();
    await underLoad(async (answers) => {
      await admin.rest.post(`/services/${service.id}/instances`, { nodeIds: [] });
      const { instances } = await admin.serviceReady(service.id);
      expect(instances).toHaveLength(2);
      await answers(20);
      const old = instances[0]!;
      await admin.rest.delete(`/services/${service.id}/instances/${old.id}`);
      await waitFor(async () => (await now()).instances.length === 1 && engines().length === 1, { what: 'its end', timeoutMs: 30_000, everyMs: 100 });
      expect((await now()).instances[0]!.id).not.toBe(old.id);
    });
    const runs = await admin.rest.get<{ items: { instanceId: string; state: string; hasLog: boolean }[] }>(`/services/${service.id}/runs`);
    const gone = runs.items.find(({ state }) => state === 'stopped');
    expect(gone).toMatchObject({ instanceId: service.instances[0]!.id, hasLog: true });
    const log = await admin.rest.get<{ text: string }[]>(`/instances/${gone!.instanceId}/log`);
    expect(log.map(({ text }) => text).join('\n')).toMatch(/startup complete[^]*Shutting down/);
    const used = new Set((await admin.rest.get<{ items: { instanceId: string }[] }>('/calls?limit=100')).items.map(({ instanceId }) => instanceId));
    expect(used.size, 'instances that answered calls').toBe(2);
  });

  test('new parameters are rolled out as a revision over all instances, and reverted with one call', { timeout: 2 * STEP_MS }, async () => {
    const { admin } = cluster();
    await admin.rest.patch(`/services/${service.id}`, { wantedInstances: over });
    const before = contexts()[0]!;
    await admin.serviceReady(service.id);
    await underLoad(async () => {
      const changed = await admin.rest.patch<ServiceView>(`/services/${service.id}`, { contextLength: 256, note: 'shorter' });
      expect(changed).toMatchObject({ revision: 2, outdatedInstances: over });
      await rolledOut();
      expect(contexts()).toEqual(Array(over).fill(256));
      await admin.rest.post(`/services/${service.id}/revert`, { revision: 1 });
      await rolledOut();
      expect(contexts()).toEqual(Array(over).fill(before));
    });
    const revisions = await admin.rest.get<{ revision: number; current: boolean }[]>(`/services/${service.id}/revisions`);
    expect(revisions.map(({ revision, current }) => [revision, current])).toEqual([[3, true], [2, false], [1, false]]);
  });

  test('a stop lets running answers end, refuses new calls with Retry-After, and stays until a start', { timeout: STEP_MS }, async () => {
    const { admin } = cluster();
    await cluster().scriptEngines({ loadMs: 100, tokens: 60, tokensPerSecond: 30 });
    const long = (await client.chat.completions.create({ model: 'busy', messages: [{ role: 'user', content: 'x' }], stream: true }))[Symbol.asyncIterator]();
    await long.next();
    await admin.rest.post(`/services/${service.id}/stop`);
    const refused = await waitFor(async () => client.chat.completions.create({ model: 'busy', messages: [{ role: 'user', content: 'x' }] }).then(() => undefined, (error: InstanceType<typeof OpenAI.APIError>) => error), { what: 'a refusal', timeoutMs: 5000, everyMs: 50 });
    expect(refused).toMatchObject({ status: 503 });
    expect(Number(refused.headers?.get('retry-after'))).toBeGreaterThan(0);
    let rest = 0;
    for (let chunk = await long.next(); chunk.done !== true; chunk = await long.next()) rest += 1;
    expect(rest, 'chunks after the stop').toBeGreaterThanOrEqual(60);
    await waitFor(async () => engines().length === 0 && (await now()).instances.length === 0, { what: 'the end of all engines', timeoutMs: 30_000, everyMs: 100 });
    expect(await now()).toMatchObject({ state: 'stopped', wantedInstances: over });
    await cluster().scriptEngines({ loadMs: 100, tokens: 8, tokensPerSecond: 200 });
    await admin.rest.post(`/services/${service.id}/start`);
    await admin.serviceReady(service.id);
    await waitFor(async () => streamChat(client, 'busy'), { what: 'answers again', timeoutMs: 5000, everyMs: 50 });
  });

  test('a service that sleeps is woken by a call, which waits for its engine as one slow stream', { timeout: STEP_MS }, async () => {
    const { admin } = cluster();
    await admin.rest.post(`/services/${service.id}/stop`);
    await waitFor(async () => (await now()).instances.length === 0, { what: 'nothing left', timeoutMs: 30_000, everyMs: 100 });
    await admin.rest.patch(`/services/${service.id}`, { wantedInstances: 0 });
    await admin.rest.patch(`/services/${service.id}`, { scaling: { min: 0, max: 2, targetInFlight: 8, maxQueueSeconds: 60, scaleDownAfterMinutes: 1, zeroAfterMinutes: 1, windows: [], timeZone: 'UTC' } });
    await admin.rest.post(`/services/${service.id}/start`);
    const refusal = async () => client.chat.completions.create({ model: 'busy', messages: [{ role: 'user', content: 'x' }] }).then(() => undefined, (error: InstanceType<typeof OpenAI.APIError>) => error);
    const refused = await waitFor(async () => {
      const error = await refusal();
      return error?.message.includes('is being started') && error;
    }, { what: 'its route', timeoutMs: 5000, everyMs: 10 });
    expect(refused).toMatchObject({ status: 503 });
    expect(Number(refused.headers?.get('retry-after'))).toBeGreaterThan(0);
    expect((await streamChat(client, 'busy')).text).not.toBe('');
    expect(await now()).toMatchObject({ wantedInstances: 1, readyInstances: 1 });
  });

  async function rolledOut(): Promise<void> {
    await waitFor(async () => {
      const view = (await now()) as ServiceView & { outdatedInstances: number };
      return view.outdatedInstances === 0 && view.instances.length === over && view.readyInstances === over;
    }, { what: 'the end of the rollout', timeoutMs: STEP_MS, everyMs: 100 });
  }
}
