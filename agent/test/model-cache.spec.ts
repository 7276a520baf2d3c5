import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backoff } from '@openstation/kit';
import type { ModelManifest, ModelReference } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelCache, ModelFetchError, ModelSourceError, type ModelSource } from '../src/model-cache/index.js';

const WEIGHTS = Buffer.from(Array.from({ length: 10_000 }, (_, n) => n % 251));
const CHUNK = 1000;

/** A controller's model store with faults on demand. */
class ScriptedSource implements ModelSource {
  readonly files = new Map([['weights/model.gguf', WEIGHTS], ['config.json', Buffer.from('{}')], ['empty', Buffer.alloc(0)]]);
  readonly asked: { path: string; offset: number }[] = [];
  manifests = 0;
  change: (manifest: ModelManifest) => ModelManifest = (manifest) => manifest;
  onChunk: (path: string, offset: number, data: Buffer) => Buffer = (_path, _offset, data) => data;

  get reference(): ModelReference {
    return { modelId: 'm', name: 'model', manifestDigest: 'a'.repeat(64), totalBytes: 10_002, entry: 'weights/model.gguf' };
  }

  async manifest(): Promise<ModelManifest> {
    this.manifests += 1;
    const files = [...this.files].map(([path, data]) => ({ path, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex'), pieceSha256: Buffer.alloc(0) }));
    return Promise.resolve(this.change({ modelId: 'm', name: 'model', digest: 'a'.repeat(64), totalBytes: 10_002, files }));
  }

  async *file(_modelId: string, path: string, offset: number): AsyncGenerator<{ offset: number; data: Uint8Array }> {
    this.asked.push({ path, offset });
    const data = this.files.get(path) ?? Buffer.alloc(0);
    for (let at = offset; at < data.length; at += CHUNK) {
      await Promise.resolve();
      yield { offset: at, data: this.onChunk(path, at, data.subarray(at, at + CHUNK)) };
    }
  }
}

let root: string;
let source: ScriptedSource;
let cache: ModelCache;
const never = new AbortController().signal;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'os-models-'));
  source = new ScriptedSource();
  cache = new ModelCache(root, source, () => new Backoff({ firstMs: 1, maxMs: 2 }));
});

afterEach(() => rm(root, { recursive: true, force: true }));

const fetched = async (): Promise<string> => cache.ensure(source.reference, () => undefined, never);

describe('model cache', () => {
  it('publishes exactly the files of the manifest, and asks nothing the second time', async () => {
    const directory = await fetched();
    expect(await readFile(join(directory, 'weights/model.gguf'))).toEqual(WEIGHTS);
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'empty', 'weights']);
    await fetched();
    expect(source.manifests).toBe(1);
    expect(await cache.list()).toMatchObject([{ modelId: 'm', complete: true, bytes: 10_002 }]);
  });

  it('goes on at the byte where the connection broke', async () => {
    let cuts = 2;
    source.onChunk = (path, offset, data) => {
      if (path.startsWith('weights') && offset >= 3000 && cuts-- > 0) throw new ModelSourceError('cut', true);
      return data;
    };
    await fetched();
    const offsets = source.asked.filter(({ path }) => path.startsWith('weights')).map(({ offset }) => offset);
    expect(offsets).toEqual([0, 3000, 3000]);
  });

  it('goes on with what an earlier agent process left, whatever the last bytes are worth', async () => {
    const partial = join(root, `${'a'.repeat(64)}.partial`, 'weights');
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'model.gguf'), WEIGHTS.subarray(0, 4000));
    await fetched();
    expect(source.asked[0]).toEqual({ path: 'weights/model.gguf', offset: 4000 });
  });

  it('throws away a torn tail that a power cut left', async () => {
    const partial = join(root, `${'a'.repeat(64)}.partial`, 'weights');
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'model.gguf'), Buffer.concat([WEIGHTS.subarray(0, 4000), Buffer.alloc(500)]));
    const directory = await fetched();
    expect(await readFile(join(directory, 'weights/model.gguf'))).toEqual(WEIGHTS);
  });

  it('fetches wrong bytes again, twice, then gives up and publishes nothing', async () => {
    source.onChunk = (_path, offset, data) => (offset === 2000 ? Buffer.alloc(data.length, 0xff) : data);
    await expect(fetched()).rejects.toThrow(/weights\/model.gguf arrived with wrong bytes 3 times/);
    expect(source.asked.filter(({ path, offset }) => path.startsWith('weights') && offset === 0)).toHaveLength(3);
    expect(await readdir(root)).not.toContain('a'.repeat(64));
  });

  it('recovers when only the first transfer was wrong', async () => {
    let wrong = true;
    source.onChunk = (_path, offset, data) => {
      if (offset !== 2000 || !wrong) return data;
      wrong = false;
      return Buffer.alloc(data.length);
    };
    expect(await readFile(join(await fetched(), 'weights/model.gguf'))).toEqual(WEIGHTS);
  });

  it('waits for a controller that is away, takes its refusal for an answer', async () => {
    const { manifest } = source;
    let away = 3;
    source.manifest = () => (away-- > 0 ? Promise.reject(new ModelSourceError('away', true)) : manifest.call(source));
    await fetched();
    await rm(root, { recursive: true });
    source.manifest = () => Promise.reject(new ModelSourceError('no such model', false));
    await expect(fetched()).rejects.toThrow(ModelFetchError);
  });

  it('one fetch however many instances wait; one that leaves does not end it, the last does', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { manifest } = source;
    const asked = new Promise<void>((resolve) => (source.manifest = async () => { resolve(); await held; return manifest.call(source); }));
    const second = fetched();
    await asked;
    const leaving = new AbortController();
    const first = cache.ensure(source.reference, () => undefined, leaving.signal);
    leaving.abort(new Error('tombstone'));
    await expect(first).rejects.toThrow('tombstone');
    release();
    await second;
    expect(source.manifests).toBe(1);
  });

  it.each(['../x', '/x', 'a/../../x', 'a//b', 'a\\b', 'c:x', 'a\u0000b', 'x/./y', '', 'n'.repeat(256)])('refuses the manifest path %j', async (path) => {
    source.change = (manifest) => ({ ...manifest, files: [{ path, bytes: 1, sha256: 'b'.repeat(64), pieceSha256: Buffer.alloc(0) }] });
    await expect(fetched()).rejects.toThrow(ModelFetchError);
    expect(await readdir(root)).toEqual([]);
  });

  it('refuses paths that differ in case only, another digest, and an entry that is not there', async () => {
    source.change = (manifest) => ({ ...manifest, files: [...manifest.files, { path: 'CONFIG.json', bytes: 1, sha256: 'b'.repeat(64), pieceSha256: Buffer.alloc(0) }] });
    await expect(fetched()).rejects.toThrow(/twice/);
    source.change = (manifest) => ({ ...manifest, digest: 'c'.repeat(64) });
    await expect(fetched()).rejects.toThrow(/deploy it again/);
    source.change = (manifest) => manifest;
    await expect(cache.ensure({ ...source.reference, entry: 'other.gguf' }, () => undefined, never)).rejects.toThrow(/no file or directory/);
    await expect(cache.ensure({ ...source.reference, manifestDigest: '../../etc' }, () => undefined, never)).rejects.toThrow(/not a sha256/);
  });
});
