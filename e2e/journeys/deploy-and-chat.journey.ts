import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '@openstation/kit';
import { useCluster, type Cluster } from '../harness/cluster/index.js';
import { PrivateMariadb, mariadbInstalled } from '../harness/mariadb.js';
import { openaiClient, streamChat } from '../harness/openai.js';
import { describeWith } from '../harness/prerequisites.js';

describe('deploy and chat, SQLite', () => {
  const cluster = useCluster();
  deployAndChat(cluster);
});

describeWith('deploy and chat, MariaDB', mariadbInstalled, () => {
  let database: PrivateMariadb;
  beforeAll(async () => {
    database = await PrivateMariadb.start();
  }, 60_000);
  // Hooks run in reverse: the cluster of useCluster, registered below, stops before its database.
  afterAll(async () => {
    await database?.stop();
  });
  const cluster = useCluster(async () => ({ databaseUrl: await database.createDatabase('openstation') }));
  deployAndChat(cluster);

  test('its tables lie in MariaDB', async () => {
    expect(await database.sql('SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = "openstation"')).toMatch(/n\n[1-9]\d/);
  });
});

function deployAndChat(cluster: () => Cluster): void {
  test('from nothing to an answered chat that stands in the call log', async () => {
    const { admin, gatewayUrls } = cluster();
    const model = await admin.importModel(cluster().modelFile, 'tiny');
    const service = await admin.deployAndWait({ name: 'chat-1', modelId: model.id });
    expect(service.instances).toHaveLength(1);
    expect(service.instances[0]).toMatchObject({ state: 'running', ready: true, desired: 'run' });

    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('ada'));
    const listed = await waitFor(async () => (await client.models.list()).data.find((entry) => entry.id === 'chat-1'), { what: 'model in /v1/models', timeoutMs: 5000 });
    expect(listed.object).toBe('model');
    const streamed = await streamChat(client, 'chat-1');
    expect(streamed.text).toBe('the quick brown fox jumps over a lazy dog while seven small engines hum along the');
    expect(streamed.usage?.completion_tokens).toBe(16);
    const whole = await client.chat.completions.create({ model: 'chat-1', messages: [{ role: 'user', content: 'Hello' }] });
    expect(whole.choices[0]?.message.content).toBe(streamed.text);

    const calls = await waitFor(async () => {
      const found = (await admin.calls()).filter((call) => call.model === 'chat-1');
      return found.length >= 2 && found;
    }, { what: 'both calls in the log', timeoutMs: 15_000 });
    for (const call of calls) {
      expect(call).toMatchObject({ username: 'ada', status: 200, outcome: 'ok', completionTokens: 16, path: '/v1/chat/completions' });
      expect(call.durationMs).toBeGreaterThan(0);
      expect(call.promptTokens).toBeGreaterThan(0);
    }
    expect(calls.map((call) => call.stream).sort()).toEqual([false, true]);
    const stream = calls.find((call) => call.stream);
    expect(stream?.ttftMs).toBeGreaterThan(0);
    expect(stream?.tokensPerSecond).toBeGreaterThan(0);
  });

  test('what the service can do was tried once and stands in its view', async () => {
    const { admin } = cluster();
    interface Tried { conformance: { revision: number; embeddingDimensions: number; results: { feature: string; ok: boolean | null }[] } | null }
    const { id } = (await admin.rest.get<{ id: string; name: string }[]>('/services')).find(({ name }) => name === 'chat-1')!;
    const tried = await waitFor(async () => (await admin.rest.get<Tried>(`/services/${id}`)).conformance ?? undefined, { what: 'the try', timeoutMs: 15_000 });
    expect(tried).toMatchObject({ revision: 1, embeddingDimensions: 8 });
    expect(Object.fromEntries(tried.results.map(({ feature, ok }) => [feature, ok]))).toEqual({ 'chat-template': true, 'streaming-usage': true, tools: null, 'json-schema': false, reasoning: null, embeddings: true });
  });

  test('embeddings pass through', async () => {
    const { gatewayUrls } = cluster();
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('bob'));
    expect((await client.embeddings.create({ model: 'chat-1', input: 'words' })).data[0]?.embedding).toHaveLength(8);
  });

  test('instances that start at the same moment get a port each, and each answers', async () => {
    const { admin, gatewayUrls } = cluster();
    // A model the node does not have yet: all of them wait for the same files and go on in the same moment.
    const model = await admin.importModel(cluster().modelFile, 'tiny-for-many');
    const services = await Promise.all(['many-1', 'many-2'].map((name) => admin.deployAndWait({ name, modelId: model.id, instances: 4 })));
    const engines = cluster().engines().filter((engine) => engine.model.startsWith('many-'));
    expect(engines).toHaveLength(8);
    expect(new Set(engines.map((engine) => engine.port)).size).toBe(8);
    expect(services.flatMap((service) => service.instances.map((instance) => instance.id))).toEqual((await Promise.all(services.map((service) => admin.service(service.id)))).flatMap((service) => service.instances.map((instance) => instance.id)));
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('mel'));
    await Promise.all(Array.from({ length: 16 }, (_, n) => streamChat(client, `many-${(n % 2) + 1}`)));
    for (const { id } of services) await admin.deleteServiceAndWait(id);
  });

  test('an engine that dies is replaced, and its name answers again', async () => {
    const { gatewayUrls } = cluster();
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('eve'));
    const before = cluster().engines().find((engine) => engine.model === 'chat-1');
    expect(before).toBeDefined();
    process.kill(before!.pid, 'SIGKILL');
    await waitFor(() => cluster().engines().some((engine) => engine.model === 'chat-1' && engine.pid !== before!.pid), { what: 'another engine', timeoutMs: 60_000 });
    await waitFor(async () => (await streamChat(client, 'chat-1')).text !== '', { what: 'an answer', timeoutMs: 60_000, everyMs: 200 });
  });

  test('a deleted service stops its engine and its name is unknown', async () => {
    const { admin, gatewayUrls } = cluster();
    const client = openaiClient(gatewayUrls[0]!, await cluster().userWithKey('kim'));
    const services = await admin.rest.get<{ id: string; name: string }[]>('/services');
    await admin.deleteServiceAndWait(services.find((service) => service.name === 'chat-1')!.id);
    await waitFor(() => cluster().engines().length === 0, { what: 'engine gone', timeoutMs: 20_000 });
    await expect(streamChat(client, 'chat-1')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
  });
}
