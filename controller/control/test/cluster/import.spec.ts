import { waitFor } from '@openstation/kit';
import { mkdir, readdir, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { ggufBytes, writeGguf } from './fixtures/gguf-writer.js';

interface Model {
  id: string;
  name: string;
  state: string;
  failure: string | null;
  operationId: string;
}

describeOnEveryDatabase('model import', (makeDatabase) => {
  let database: TestDatabase;
  let cluster: ClusterUnderTest;

  beforeEach(async () => {
    database = await makeDatabase();
    cluster = await ClusterUnderTest.start(database);
  });
  afterEach(async () => {
    await cluster.stop();
    await database.drop();
  });

  const start = async (path: string, name?: string) => ((await cluster.must('POST', '/models/import', { path, ...(name ? { name } : {}) })) as { model: Model }).model;
  const model = async (id: string) => (await cluster.must('GET', `/models/${id}`)) as Model;
  const settled = (id: string) => waitFor(async () => { const now = await model(id); return now.state === 'importing' ? undefined : now; }, { what: 'the import', timeoutMs: 10_000 });

  it('takes a GGUF file and tells what is in it', async () => {
    const path = join(cluster.importDir, 'tiny.gguf');
    await writeGguf(path);
    const { id, operationId } = await start(path);
    expect(await settled(id)).toMatchObject({ name: 'tiny', state: 'ready', format: 'gguf', architecture: 'llama', dataType: 'F16', contextLength: 512, parameterCount: 6400, fileCount: 1 });
    expect(await cluster.must('GET', `/operations/${operationId}`)).toMatchObject({ state: 'succeeded', percent: 100, kind: 'import-model' });
    expect(((await cluster.must('GET', `/operations/${operationId}/log`)) as unknown[]).length).toBeGreaterThan(0);
  });

  it('takes a safetensors directory and leaves code behind', async () => {
    const directory = join(cluster.importDir, 'qwen');
    await mkdir(directory);
    const header = Buffer.from(JSON.stringify({ w: { dtype: 'BF16', shape: [2, 4], data_offsets: [0, 16] } }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    await writeFile(join(directory, 'model.safetensors'), Buffer.concat([length, header, Buffer.alloc(16)]));
    await writeFile(join(directory, 'config.json'), JSON.stringify({ architectures: ['Qwen2ForCausalLM'], torch_dtype: 'bfloat16', max_position_embeddings: 1024, num_hidden_layers: 2, hidden_size: 64, num_attention_heads: 4 }));
    await writeFile(join(directory, 'tokenizer.json'), '{}');
    await writeFile(join(directory, 'modeling_qwen.py'), 'import os');
    await symlink('/etc/passwd', join(directory, 'extra.json'));
    const { id } = await start(directory);
    expect(await settled(id)).toMatchObject({ state: 'ready', format: 'safetensors', architecture: 'Qwen2ForCausalLM', dataType: 'BF16', parameterCount: 8, fileCount: 3 });
    expect((await readdir(join(cluster.dataDir, 'models', id))).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  });

  it.each([
    ['a cut-off GGUF', 'x.gguf', ggufBytes().subarray(0, 60), /ends before/],
    ['a file that only says GGUF', 'x.gguf', Buffer.from('GGUF\u0003'), /ends before/],
    ['something else', 'x.gguf', Buffer.from('#!/bin/sh\n'), /not a GGUF file/],
  ])('fails %s with a reason and leaves no files', async (_, name, bytes, reason) => {
    const path = join(cluster.importDir, name);
    await writeFile(path, bytes);
    const { id } = await start(path);
    const failed = await settled(id);
    expect(failed.state).toBe('failed');
    expect(failed.failure).toMatch(reason);
    expect(await readdir(join(cluster.dataDir, 'models'))).toEqual([]);
    await cluster.must('DELETE', `/models/${id}`);
    expect((await cluster.ask('GET', `/models/${id}`)).status).toBe(404);
  });

  it('refuses paths outside the roots, also through links, and says where models may lie', async () => {
    await symlink('/etc', join(cluster.importDir, 'sneaky'));
    for (const path of ['/etc/passwd', join(cluster.importDir, '../master.key'), join(cluster.importDir, 'sneaky/passwd')]) {
      const answer = await cluster.ask('POST', '/models/import', { path });
      expect(answer).toMatchObject({ status: 400, body: { error: { field: 'path' } } });
      expect((answer.body as { error: { message: string } }).error.message).toContain(cluster.importDir);
    }
    expect(await cluster.ask('POST', '/models/import', { path: join(cluster.importDir, 'absent.gguf') })).toMatchObject({ status: 400, body: { error: { field: 'path' } } });
    expect(await cluster.ask('POST', '/models/import', { path: 'relative.gguf' })).toMatchObject({ status: 400 });
  });

  it('refuses a name that is taken', async () => {
    const path = join(cluster.importDir, 'tiny.gguf');
    await writeGguf(path);
    await settled((await start(path)).id);
    expect(await cluster.ask('POST', '/models/import', { path })).toMatchObject({ status: 409, body: { error: { field: 'name' } } });
    expect(await settled((await start(path, 'second')).id)).toMatchObject({ name: 'second', state: 'ready' });
  });

  it('is marked failed, with its files gone, when the controller is stopped in the middle', async () => {
    const path = join(cluster.importDir, 'large.gguf');
    await writeGguf(path);
    await truncate(path, 8 * 2 ** 30);
    const { id, operationId } = await start(path);
    const partial = join(cluster.dataDir, 'models', `${id}.partial`, 'large.gguf');
    await waitFor(async () => (await stat(partial)).size > 0, { what: 'the first copied bytes', timeoutMs: 10_000 });
    await cluster.stop();
    expect((await stat(partial)).size).toBeLessThan(8 * 2 ** 30);
    cluster = await ClusterUnderTest.start(database);
    const failed = await model(id);
    expect(failed).toMatchObject({ state: 'failed' });
    expect(failed.failure).toMatch(/import it again/);
    expect(await readdir(join(cluster.dataDir, 'models'))).toEqual([]);
    expect(await cluster.must('GET', `/operations/${operationId}`)).toMatchObject({ state: 'failed' });
  });

  describe('roots', () => {
    it('are told', async () => expect(await cluster.must('GET', '/models/import-roots')).toEqual([cluster.importDir]));
  });
});
