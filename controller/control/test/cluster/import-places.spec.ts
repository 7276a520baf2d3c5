import { waitFor } from '@openstation/kit';
import { createHash } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LibraryFiles, ModelRepository, NodePaths } from '../../src/models/index.js';
import { describeOnEveryDatabase, type TestDatabase } from '../fixtures/databases.js';
import { ClusterUnderTest } from './fixtures/cluster-under-test.js';
import { ggufBytes, writeGguf } from './fixtures/gguf-writer.js';
import { LLAMA_CONFIG, safetensorsBytes, writeSafetensorsModel } from './fixtures/safetensors-writer.js';

interface Report {
  importable: boolean;
  findings: { level: string; code: string; file: string | null }[];
}

describeOnEveryDatabase('looking at models and registering them where they lie', (makeDatabase) => {
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

  const inspect = async (path: string) => (await cluster.must('POST', '/models/inspect', { path })) as Report;
  const settled = async (body: object) => {
    const { model } = (await cluster.must('POST', '/models/import', body)) as { model: { id: string } };
    return waitFor(async () => { const now = (await cluster.must('GET', `/models/${model.id}`)) as { id: string; state: string }; return now.state === 'importing' ? undefined : now; }, { what: 'the import', timeoutMs: 10_000 });
  };
  const row = async (id: string) => {
    const found = await cluster.control.app.get(ModelRepository, { strict: false }).get(id);
    if (!found) throw new Error('no row');
    return found;
  };
  const firstByte = async (id: string, path: string) => {
    const file = await cluster.control.app.get(LibraryFiles, { strict: false }).open(await row(id), path, AbortSignal.timeout(5_000));
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    await file.close();
    return buffer.length;
  };

  it('tells what is whole, and changes nothing', async () => {
    const path = join(cluster.importDir, 'good');
    await writeSafetensorsModel(path);
    expect(await inspect(path)).toMatchObject({ importable: true, suggestedName: 'good', format: 'safetensors', fileCount: 4, architecture: 'LlamaForCausalLM', parameterCount: 8, dataType: 'BF16', contextLength: 1024, findings: [{ level: 'ok', code: 'whole' }] });
    expect((await cluster.must('GET', '/models')) as unknown[]).toEqual([]);
    expect(await readdir(join(cluster.dataDir, 'models'))).toEqual([]);
  });

  const shard = safetensorsBytes({ w: { dtype: 'BF16', shape: [4] } });
  it.each([
    ['no tokenizer', { 'tokenizer.json': undefined, 'tokenizer_config.json': undefined }, 'error', 'no-tokenizer'],
    ['a missing shard', { 'model.safetensors': undefined, 'a.safetensors': shard, 'model.safetensors.index.json': '{"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}' }, 'error', 'missing-shard'],
    ['a truncated shard', { 'model.safetensors': shard.subarray(0, -2) }, 'error', 'truncated'],
    ['pickles beside', { 'pytorch_model.bin': 'x' }, 'warning', 'pickle-files'],
    ['pickles only', { 'model.safetensors': undefined, 'pytorch_model.bin': 'x' }, 'error', 'pickle-only'],
    ['code it asks for', { 'config.json': JSON.stringify({ ...LLAMA_CONFIG, auto_map: { AutoModel: 'modeling.X' } }), 'modeling.py': 'import os' }, 'warning', 'code'],
    ['no chat template', { 'tokenizer_config.json': '{}' }, 'warning', 'no-chat-template'],
    ['no type', { 'config.json': JSON.stringify({ ...LLAMA_CONFIG, torch_dtype: undefined }) }, 'warning', 'dtype-missing'],
    ['an unknown quantisation', { 'config.json': JSON.stringify({ ...LLAMA_CONFIG, quantization_config: { quant_method: 'new' } }) }, 'warning', 'unknown-quantisation'],
    ['several models', { 'a.gguf': ggufBytes(), 'b.gguf': ggufBytes() }, 'error', 'several-models'],
  ])('finds %s', async (_, files: Record<string, string | Buffer | undefined>, level, code) => {
    const path = join(cluster.importDir, 'm');
    await writeSafetensorsModel(path, files);
    const { importable, findings } = await inspect(path);
    expect(findings.find((finding) => finding.code === code)).toMatchObject({ level });
    expect(importable).toBe(level !== 'error');
  });

  it('follows links inside the roots, and leaves behind those that lead out', async () => {
    const path = join(cluster.importDir, 'snapshot');
    await writeSafetensorsModel(path, { 'model.safetensors': undefined });
    await writeFile(join(cluster.importDir, 'blob'), shard);
    await symlink('../blob', join(path, 'model.safetensors'));
    await symlink('/etc/passwd', join(path, 'extra.json'));
    await symlink('nowhere', join(path, 'dangling.json'));
    const { importable, findings } = await inspect(path);
    expect(importable).toBe(true);
    expect(findings.filter(({ code }) => code === 'link-leaves-root').map(({ file }) => file)).toEqual(['dangling.json', 'extra.json']);
    expect(await cluster.ask('POST', '/models/import', { path, mode: 'in-place' })).toMatchObject({ status: 422, body: { error: { field: 'mode' } } });
    const { id, state } = await settled({ path });
    expect(state).toBe('ready');
    expect(await readFile(join(cluster.dataDir, 'models', id, 'model.safetensors'))).toEqual(shard);
    expect(await readdir(join(cluster.dataDir, 'models', id))).not.toContain('extra.json');
  });

  // Root reads everything.
  if (process.getuid?.() !== 0) it('finds files it cannot read', async () => {
    const path = join(cluster.importDir, 'locked');
    await writeSafetensorsModel(path);
    await chmod(join(path, 'config.json'), 0);
    expect((await inspect(path)).findings).toContainEqual(expect.objectContaining({ code: 'unreadable', file: 'config.json' }));
  });

  it('lets only an administrator approve code, before anything is deployed', async () => {
    const path = join(cluster.importDir, 'coder');
    await writeSafetensorsModel(path, { 'config.json': JSON.stringify({ ...LLAMA_CONFIG, auto_map: { AutoModel: 'modeling.X' } }), 'modeling.py': 'import os' });
    const { id } = await settled({ path });
    expect(await cluster.must('GET', `/models/${id}`)).toMatchObject({ codeRisk: { files: ['modeling.py', 'config.json (auto_map)'], approved: false } });
    const refused = await cluster.ask('POST', '/services', { name: 'chat', modelId: id });
    expect(refused).toMatchObject({ status: 409, body: { error: { field: 'modelId' } } });
    expect((refused.body as { error: { message: string } }).error.message).toMatch(/approve/);
    expect(await cluster.must('PATCH', `/models/${id}`, { approveCode: true, description: 'looked at' })).toMatchObject({ description: 'looked at', codeRisk: { approved: true } });
    expect((await cluster.ask('POST', '/services', { name: 'chat', modelId: id })).status).not.toBe(409);
    const { items } = (await cluster.must('GET', '/audit?limit=50')) as { items: { verb: string }[] };
    expect(items.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['model.update', 'model.code-approve']));
  });

  it('shows files with hashes, and the description without its front matter', async () => {
    const path = join(cluster.importDir, 'told');
    const readme = `---\nlicense: mit\n---\n\n# Title\n<script>alert(1)</script>\n${'word '.repeat(60_000)}`;
    await writeSafetensorsModel(path, { 'README.md': readme });
    const { id } = await settled({ path });
    const { digest, files } = (await cluster.must('GET', `/models/${id}/files`)) as { digest: string; files: { path: string; bytes: number; sha256: string }[] };
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(files.find((file) => file.path === 'README.md')).toEqual({ path: 'README.md', bytes: readme.length, sha256: createHash('sha256').update(readme).digest('hex') });
    const { markdown, truncated } = (await cluster.must('GET', `/models/${id}/readme`)) as { markdown: string; truncated: boolean };
    expect(markdown.startsWith('# Title\n<script>')).toBe(true);
    expect([truncated, markdown.length < 256 * 1024 + 1]).toEqual([true, true]);
  });

  describe('in place', () => {
    it('hashes, writes nothing, gives files on, and only forgets', async () => {
      const path = join(cluster.importDir, 'big');
      await writeSafetensorsModel(path);
      const { id, state } = await settled({ path, mode: 'in-place' });
      expect(state).toBe('ready');
      expect(await cluster.must('GET', `/models/${id}`)).toMatchObject({ inPlace: true, inPlaceNodeId: null, storagePath: path });
      expect(await readdir(join(cluster.dataDir, 'models'))).toEqual([]);
      expect(await cluster.must('GET', '/models/space')).toMatchObject({ modelBytes: 0 });
      expect(await firstByte(id, 'config.json')).toBe(1);
      const before = await readdir(path);
      await cluster.must('DELETE', `/models/${id}`);
      expect(await readdir(path)).toEqual(before);
    });

    it('takes a touched file after reading it again, and refuses a changed one', async () => {
      const path = join(cluster.importDir, 'x.gguf');
      await writeGguf(path);
      const { id } = await settled({ path, mode: 'in-place' });
      const stamp = (await row(id)).stamps?.[0];
      await utimes(path, 1, 1);
      expect(await firstByte(id, 'x.gguf')).toBe(1);
      expect((await row(id)).stamps?.[0]?.modifiedNs).not.toBe(stamp?.modifiedNs);
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = 7;
      await writeFile(path, bytes);
      await expect(firstByte(id, 'x.gguf')).rejects.toThrow(/was changed/);
      await appendFile(path, 'x');
      await expect(firstByte(id, 'x.gguf')).rejects.toThrow(/was changed/);
      await rm(path);
      await expect(firstByte(id, 'x.gguf')).rejects.toThrow(/not there any more/);
      await symlink('/etc/passwd', path);
      await expect(firstByte(id, 'x.gguf')).rejects.toThrow(/not there any more/);
    });

    it('leaves the files alone when hashing fails or is cut off', async () => {
      const path = join(cluster.importDir, 'large.gguf');
      await writeGguf(path);
      await truncate(path, 8 * 2 ** 30);
      const { model } = (await cluster.must('POST', '/models/import', { path, mode: 'in-place' })) as { model: { id: string } };
      await cluster.stop();
      cluster = await ClusterUnderTest.start(database);
      expect(await cluster.must('GET', `/models/${model.id}`)).toMatchObject({ state: 'failed' });
      expect((await stat(path)).size).toBe(8 * 2 ** 30);
    });
  });

  describe('on a node', () => {
    const gguf = ggufBytes();
    const provide = (answer: { files: { path: string; bytes: number; sha256: string }[] }) =>
      cluster.control.app.get(NodePaths, { strict: false }).provide({
        inspect: () => Promise.resolve({ files: [{ path: 'n.gguf', bytes: gguf.length }], heads: new Map([['n.gguf', gguf]]), freeBytes: 5 }),
        register: () => Promise.resolve({ ...answer, heads: new Map([['n.gguf', gguf]]) }),
      });
    const body = { path: '/srv/models/n.gguf', nodeId: 'node-1', mode: 'in-place' };

    it('is judged and registered through the node', async () => {
      provide({ files: [{ path: 'n.gguf', bytes: gguf.length, sha256: 'a'.repeat(64) }] });
      expect(await cluster.must('POST', '/models/inspect', { path: body.path, nodeId: 'node-1' })).toMatchObject({ importable: true, format: 'gguf', freeBytes: 5, suggestedName: 'n' });
      expect(await settled(body)).toMatchObject({ state: 'ready', inPlace: true, inPlaceNodeId: 'node-1', architecture: 'llama', storagePath: body.path });
      expect(await cluster.ask('POST', '/models/import', { ...body, mode: 'copy' })).toMatchObject({ status: 422, body: { error: { field: 'mode' } } });
    });

    it.each([
      ['other sizes', [{ path: 'n.gguf', bytes: 1, sha256: 'a'.repeat(64) }]], ['other names', [{ path: '../n.gguf', bytes: gguf.length, sha256: 'a'.repeat(64) }]],
      ['hashes that are none', [{ path: 'n.gguf', bytes: gguf.length, sha256: 'A'.repeat(64) }]], ['nothing', []],
    ])('is refused when the node answers with %s', async (_, files) => {
      provide({ files });
      expect(await settled(body)).toMatchObject({ state: 'failed', failure: expect.stringMatching(/changed while/) as string });
    });

    it('is refused when nothing can look at nodes', async () => {
      expect(await cluster.ask('POST', '/models/inspect', { path: '/srv/x', nodeId: 'node-1' })).toMatchObject({ status: 400, body: { error: { field: 'path' } } });
    });
  });

  it('takes no directory of thousands of files', async () => {
    const path = join(cluster.importDir, 'many');
    await mkdir(path);
    await Promise.all(Array.from({ length: 5_002 }, (_, at) => writeFile(join(path, `${at}.json`), '')));
    expect((await inspect(path)).findings).toContainEqual(expect.objectContaining({ code: 'too-many-files' }));
  });
});
