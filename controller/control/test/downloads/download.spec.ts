import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { DownloadsUnderTest } from './fixtures/downloads-under-test.js';
import { safetensorsModel } from './fixtures/small-model.js';

describeOnEveryDatabase('downloads', (makeDatabase) => {
  let database: TestDatabase;
  let test: DownloadsUnderTest;

  beforeAll(async () => {
    database = await makeDatabase();
    test = await DownloadsUnderTest.start(database);
  });
  afterAll(async () => {
    await test.stop();
    await database.drop();
  });
  beforeEach(() => test.hub.reset());

  describe.each(['modelscope', 'huggingface'] as const)('from %s', (hub) => {
    it('brings a model that can be used, with its origin and its log', async () => {
      const id = `deepseek-ai/Tiny-${hub}`;
      const commit = await test.hub.put(safetensorsModel(id, { bytes: 20_000_000, shards: 2 }));
      const preview = await test.cluster.must('POST', '/downloads/preview', { hub, repository: id });
      expect(preview).toMatchObject({ hub, repository: id, revision: commit, name: `Tiny-${hub}`, fileCount: 7, fits: true, licence: 'apache-2.0', gated: false });
      const begun = await test.begin(id, { hub });
      const done = await test.until(begun.id, ['done', 'failed']);
      expect(done).toMatchObject({ state: 'done', revision: commit, operation: { state: 'succeeded', percent: 100, can: [] } });
      const model = await test.cluster.must('GET', `/models/${begun.modelId}`);
      expect(model).toMatchObject({ state: 'ready', source: hub, repository: id, revision: commit, format: 'safetensors', architecture: 'Qwen2ForCausalLM', parameterCount: 20_000_000, licence: 'apache-2.0', fileCount: 7 });
      const directory = join(test.storeDir, begun.modelId);
      expect((await readdir(directory)).sort()).toEqual(['MANIFEST', 'README.md', 'config.json', 'generation_config.json', 'merges.txt', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'tokenizer.json']);
      const promised = await test.promised(id);
      expect(await test.published(begun.modelId)).toEqual(Object.fromEntries(Object.entries(promised).filter(([path]) => path !== '.gitattributes' && !path.startsWith('onnx'))));
      expect(await test.log(done)).toMatch(/sha256 [0-9a-f]{64} as promised/);
    });
  });
});
