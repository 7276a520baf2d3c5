import type OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster, type ServiceView } from '../harness/cluster/index.js';
import { Traffic, openaiClient, streamChat } from '../harness/openai.js';

const STEP_MS = 60_000;

/** Everything that may be done to a service that people are calling: none of their calls notices. */
describe('a service that is changed while it is called', () => {
  const cluster = useCluster(() => ({ agents: 2, script: { loadMs: 100, ttftMs: 20, tokens: 12, tokensPerSecond: 60 } }));
  let client: OpenAI;
  let service: ServiceView;

  beforeAll(async () => {
    const { admin, gatewayUrls, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    service = await admin.deployAndWait({ name: 'busy', modelId: model.id });
    client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    await waitFor(async () => streamChat(client, 'busy'), { what: 'the service through the gateway', timeoutMs: 10_000 });
  }, 90_000);

  const now = () => cluster().admin.service(service.id);
  const contexts = () => cluster().engines().map(({ contextSize }) => contextSize).sort();

  /** Calls without a pause before, during and after what is done; none may fail. */
  async function underLoad(work: (answers: (count: number) => Promise<void>) => Promise<void>): Promise<void> {
    const traffic = new Traffic(client, 'busy', { workers: 4, maxRequests: 100_000 });
    const answers = async (count: number) => {
      const goal = traffic.report.succeeded + count;
      await waitFor(() => traffic.report.succeeded >= goal || traffic.report.failures.length > 0, { what: `${count} more answers`, timeoutMs: 30_000, everyMs: 5 });
    };
    try {
      await answers(4);
      await work(answers);
      await answers(8);
    } finally {
      const { failures } = await traffic.stop();
      expect(failures).toEqual([]);
    }
  }

  test('an instance is added, gets its share of the calls, and is taken away again', { timeout: STEP_MS }, async () => {
    const { admin } = cluster();
    await underLoad(async (answers) => {
      await admin.rest.post(`/services/${service.id}/instances`, { nodeIds: [] });
      const { instances } = await admin.serviceReady(service.id);
      expect(instances).toHaveLength(2);
      await answers(20);
      const old = instances[0]!;
      await admin.rest.delete(`/services/${service.id}/instances/${old.id}`);
      await waitFor(async () => (await now()).instances.length === 1 && cluster().engines().length === 1, { what: 'its end', timeoutMs: 30_000, everyMs: 100 });
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
    await admin.rest.patch(`/services/${service.id}`, { wantedInstances: 2 });
    const before = contexts()[0]!;
    await admin.serviceReady(service.id);
    await underLoad(async () => {
      const changed = await admin.rest.patch<ServiceView>(`/services/${service.id}`, { contextLength: 256, note: 'shorter' });
      expect(changed).toMatchObject({ revision: 2, outdatedInstances: 2 });
      await rolledOut();
      expect(contexts()).toEqual([256, 256]);
      await admin.rest.post(`/services/${service.id}/revert`, { revision: 1 });
      await rolledOut();
      expect(contexts()).toEqual([before, before]);
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
    await waitFor(async () => cluster().engines().length === 0 && (await now()).instances.length === 0, { what: 'the end of all engines', timeoutMs: 30_000, everyMs: 100 });
    expect(await now()).toMatchObject({ state: 'stopped', wantedInstances: 2 });
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
    await admin.rest.patch(`/services/${service.id}`, { scaling: { min: 0, max: 2, targetInFlight: 8, maxQueueSeconds: 5, scaleDownAfterMinutes: 1, zeroAfterMinutes: 1, windows: [], timeZone: 'UTC' } });
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
      return view.outdatedInstances === 0 && view.instances.length === 2 && view.readyInstances === 2;
    }, { what: 'the end of the rollout', timeoutMs: STEP_MS, everyMs: 100 });
  }
});
