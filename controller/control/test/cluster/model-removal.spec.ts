import { waitFor } from '@openstation/kit';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ModelCopies, ModelRepository, ModelUses } from '../../src/models/index.js';
import { PlanInputs } from '../../src/scheduler/index.js';
import { Store } from '../../src/store/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { FakeAgent } from './fixtures/fake-agent.js';
import { writeGguf } from './fixtures/gguf-writer.js';

describeOnEveryDatabase('deleting models', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;
  let agent: FakeAgent | undefined;

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
  });
  afterEach(async () => {
    agent?.close();
    await cluster.stop();
    await database.drop();
  });

  const importModel = async (name = 'tiny') => {
    await writeGguf(join(cluster.importDir, `${name}.gguf`));
    const { model } = (await cluster.must('POST', '/models/import', { path: join(cluster.importDir, `${name}.gguf`) })) as { model: { id: string } };
    await waitFor(async () => ((await cluster.must('GET', `/models/${model.id}`)) as { state: string }).state === 'ready', { what: 'the model', timeoutMs: 5_000 });
    return model.id;
  };
  const deploy = (modelId: string, name = 'chat') => cluster.ask('POST', '/services', { name, modelId });
  const remains = async (modelId: string) => ({ model: (await cluster.ask('GET', `/models/${modelId}`)).status, services: ((await cluster.must('GET', '/services')) as unknown[]).length });
  const files = () => readdir(join(cluster.dataDir, 'models'));

  it('takes the files, tells the nodes and shows the space', async () => {
    const id = await importModel();
    const before = (await cluster.must('GET', '/models/space')) as { modelBytes: number; totalBytes: number; freeBytes: number };
    expect(before.modelBytes).toBeGreaterThan(0);
    expect(before.freeBytes).toBeLessThanOrEqual(before.totalBytes);
    const erased: string[] = [];
    cluster.control.app.get(ModelCopies, { strict: false }).provide({ erase: (_, model) => Promise.resolve(void erased.push(`${model.id} ${model.digest?.length ?? 0}`)) });
    await cluster.must('DELETE', `/models/${id}`);
    expect(erased).toEqual([`${id} 64`]);
    expect(await files()).toEqual([]);
    expect(await cluster.must('GET', '/models/space')).toMatchObject({ modelBytes: 0, partialBytes: 0 });
    expect((await cluster.ask('DELETE', `/models/${id}`)).status).toBe(404);
  });

  it('is refused with the list of services while one uses it', async () => {
    agent = await FakeAgent.joined(cluster);
    const id = await importModel();
    const { body } = await deploy(id);
    const refused = await cluster.ask('DELETE', `/models/${id}`);
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'in-use', details: { services: [{ id: (body as { id: string }).id, name: 'chat' }] } } } });
    expect(await files()).toEqual([id]);
  });

  it('wins over a deployment that had found the model ready', async () => {
    agent = await FakeAgent.joined(cluster);
    const id = await importModel();
    const inputs = cluster.control.app.get(PlanInputs, { strict: false });
    const plan = inputs.planNodes.bind(inputs);
    vi.spyOn(inputs, 'planNodes').mockImplementationOnce(async () => {
      await cluster.must('DELETE', `/models/${id}`);
      return plan();
    });
    expect(await deploy(id)).toMatchObject({ status: 409, body: { error: { field: 'modelId' } } });
    expect(await remains(id)).toEqual({ model: 404, services: 0 });
  });

  it('waits for a deployment that is being written, and then is refused', async () => {
    agent = await FakeAgent.joined(cluster);
    const id = await importModel();
    const models = cluster.control.app.get(ModelRepository, { strict: false });
    const hold = models.holdReady.bind(models);
    let deletion: Promise<{ status: number }> | undefined;
    vi.spyOn(models, 'holdReady').mockImplementationOnce(async (tx, modelId) => {
      const held = await hold(tx, modelId);
      deletion = cluster.ask('DELETE', `/models/${id}`);
      return held;
    });
    expect((await deploy(id)).status).toBe(201);
    expect(await deletion).toMatchObject({ status: 409 });
    expect(await remains(id)).toEqual({ model: 200, services: 1 });
  });

  it('makes a deployment wait that starts while nobody is found to use it', async () => {
    agent = await FakeAgent.joined(cluster);
    const id = await importModel();
    const uses = cluster.control.app.get(ModelUses, { strict: false });
    const all = uses.all.bind(uses);
    let deployment: Promise<{ status: number }> | undefined;
    vi.spyOn(uses, 'all').mockImplementationOnce(async () => {
      const found = await all();
      deployment = deploy(id);
      return found;
    });
    expect((await cluster.ask('DELETE', `/models/${id}`)).status).toBe(204);
    expect((await deployment)?.status).toBeGreaterThanOrEqual(400);
    expect(await remains(id)).toEqual({ model: 404, services: 0 });
  });

  it('leaves either the service or no model, however the two meet', async () => {
    agent = await FakeAgent.joined(cluster);
    for (let round = 0; round < 4; round += 1) {
      const id = await importModel(`m${round}`);
      const [deployed, deleted] = await Promise.all([deploy(id, `chat${round}`), cluster.ask('DELETE', `/models/${id}`)]);
      expect([deployed.status === 201, deleted.status === 204]).toEqual(deployed.status === 201 ? [true, false] : [false, true]);
    }
  });

  it('goes on after the controller was killed in the middle', async () => {
    const id = await importModel();
    const store = cluster.control.app.get(Store);
    const models = cluster.control.app.get(ModelRepository, { strict: false });
    await store.transaction((tx) => models.markDeleting(tx, id));
    await mkdir(join(cluster.dataDir, 'models', 'old.trash'), { recursive: true });
    await writeFile(join(cluster.dataDir, 'models', 'old.trash', 'x'), 'x');
    await cluster.stop();
    cluster = await ClusterUnderTest.start(database);
    expect((await cluster.ask('GET', `/models/${id}`)).status).toBe(404);
    expect(await files()).toEqual([]);
  });
});
