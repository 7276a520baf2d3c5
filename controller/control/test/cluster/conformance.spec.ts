import { waitFor } from '@openstation/kit';
import { ConformanceResult_Verdict as Verdict, InstanceState } from '@openstation/proto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';

describeOnEveryDatabase('what a service can do', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let agent: FakeAgent;

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
    agent = await FakeAgent.joined(cluster);
  });
  afterEach(async () => {
    agent.close();
    await cluster.stop();
    await database.drop();
  });

  it('is tried once after the start of a revision, kept, and tried again when a person asks', async () => {
    await writeGguf(join(cluster.importDir, 'tiny.gguf'));
    const { model } = (await cluster.must('POST', '/models/import', { path: join(cluster.importDir, 'tiny.gguf') })) as { model: { id: string } };
    await waitFor(async () => ((await cluster.must('GET', `/models/${model.id}`)) as { state: string }).state === 'ready', { what: 'the model', timeoutMs: 5_000 });
    const { id } = (await cluster.must('POST', '/services', { name: 'chat', modelId: model.id })) as { id: string };
    expect((await cluster.ask('POST', `/services/${id}/conformance`)).status).toBe(409);
    const assignment = await agent.assignment();
    await agent.report(assignment, InstanceState.RUNNING);
    const first = await agent.next('conformanceRequest');
    expect(first.instanceId).toBe(assignment.instanceId);
    expect(await cluster.must('GET', `/services/${id}`)).toMatchObject({ state: 'ready', conformance: null });
    const features = [{ name: 'chat-template', verdict: Verdict.YES, detail: '' }, { name: 'tools', verdict: Verdict.NO, detail: 'answered 400' }, { name: 'embeddings', verdict: Verdict.OPEN, detail: '' }, { name: 'of a newer agent', verdict: Verdict.YES, detail: '' }];
    agent.send({ $case: 'conformanceResult', value: { requestId: first.requestId, error: '', features, embeddingDimensions: 0 } });
    const conformance = await waitFor(async () => ((await cluster.must('GET', `/services/${id}`)) as { conformance: object | null }).conformance ?? undefined, { what: 'the result', timeoutMs: 5_000 });
    expect(conformance).toMatchObject({ revision: 1, embeddingDimensions: null, suggestions: [], results: [{ feature: 'chat-template', ok: true }, { feature: 'tools', ok: false, detail: 'answered 400' }, { feature: 'embeddings', ok: null }] });
    const again = cluster.must('POST', `/services/${id}/conformance`);
    const second = await agent.next('conformanceRequest', 1);
    agent.send({ $case: 'conformanceResult', value: { requestId: second.requestId, error: '', features: features.slice(0, 1), embeddingDimensions: 384 } });
    expect(await again).toMatchObject({ conformance: { results: [{ feature: 'chat-template', ok: true }], embeddingDimensions: 384 } });
    const refused = cluster.ask('POST', `/services/${id}/conformance`);
    const third = await agent.next('conformanceRequest', 2);
    agent.send({ $case: 'conformanceResult', value: { requestId: third.requestId, error: 'the instance does not run', features: [], embeddingDimensions: 0 } });
    expect(await refused).toMatchObject({ status: 503, body: { error: { message: 'the instance does not run' } } });
  });
});
