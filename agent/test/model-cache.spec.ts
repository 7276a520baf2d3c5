import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { MODEL_PIECE_BYTES } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CacheRefusal, ModelFetchError, ModelSourceError, type ModelCache } from '../src/model-cache/index.js';
import { addNode, fileOf, openCache, somePlaces, type Places, type ScriptedSource } from './scripted-models.js';

const WEIGHTS = 'weights/model.gguf';
const never = new AbortController().signal;
let root: string;
let places: Places;
let cache: ModelCache;
let digest: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'os-models-'));
  places = somePlaces();
  digest = places.directory.reference.manifestDigest;
  cache = await openCache(root, places);
});

afterEach(() => rm(root, { recursive: true, force: true }));

const fetched = (signal = never): Promise<string> => cache.ensure(places.directory.reference, () => undefined, signal);
const weights = (): Buffer => places.directory.files.get(WEIGHTS) ?? Buffer.alloc(0);
const weightsAsked = (source: ScriptedSource): number[] => source.asked.filter(({ path }) => path === WEIGHTS).map(({ from }) => from / MODEL_PIECE_BYTES).sort();

/** Stops the fetch the moment the given share of the weights was sent. */
async function cutAt(bytes: number): Promise<void> {
  const abort = new AbortController();
  let sent = 0;
  places.controller.onChunk = (_wish, _at, data) => {
    sent += data.length;
    if (sent >= bytes) abort.abort(new Error('killed'));
    return data;
  };
  await expect(fetched(abort.signal)).rejects.toThrow('killed');
  await waitFor(() => cache.list().every(({ fetching }) => !fetching), { what: 'the end of the fetch', timeoutMs: 5000, everyMs: 5 });
  places.controller.onChunk = (_wish, _at, data) => data;
}

describe('fetching', () => {
  it('publishes exactly the files of the manifest, and asks nothing the second time', async () => {
    const directory = await fetched();
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'empty', 'weights']);
    await fetched();
    expect(places.directory.manifests).toBe(1);
    expect(cache.list()).toMatchObject([{ modelId: 'm', complete: true, fetching: false, damaged: false, bytes: weights().length + 2 }]);
    expect((await readdir(root)).sort()).toEqual([digest, `${digest}.json`, `${digest}.manifest`]);
  });

  it('goes on with the pieces that an earlier process left, and with the controller away from other nodes', async () => {
    const node = addNode(places, 'a');
    node.onChunk = () => Promise.reject(new ModelSourceError('later', true, true));
    await cutAt(1.2 * MODEL_PIECE_BYTES);
    node.onChunk = (_wish, _at, data) => data;
    places.directory.away = true;
    const again = await openCache(root, places);
    places.controller.onChunk = () => Promise.reject(new ModelSourceError('away', true));
    const directory = await again.ensure(places.directory.reference, () => undefined, never);
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
    expect(places.directory.manifests, 'the manifest was kept').toBe(1);
  });

  it('judges by hash what lies there when the map of pieces is lost', async () => {
    const partial = join(root, `${digest}.partial`, 'weights');
    await mkdir(partial, { recursive: true });
    await writeFile(join(partial, 'model.gguf'), Buffer.concat([weights().subarray(0, MODEL_PIECE_BYTES), Buffer.alloc(MODEL_PIECE_BYTES)]));
    const directory = await fetched();
    expect(weightsAsked(places.controller)).toEqual([1, 2]);
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
  });

  it('lets go of what a killed process left half-written', async () => {
    const left = join(root, `${digest}.pieces.0123456789ab.tmp`);
    await writeFile(left, '{"have":');
    await openCache(root, places);
    await expect(readFile(left)).rejects.toThrow(/ENOENT/);
  });

  it('finds torn bytes that the map claims by the hash of the whole file, and fetches only the torn piece again', async () => {
    await cutAt(2.3 * MODEL_PIECE_BYTES);
    await writeFile(join(root, `${digest}.pieces`), JSON.stringify({ have: Buffer.from([0xff]).toString('base64'), checked: [] }));
    const path = join(root, `${digest}.partial`, WEIGHTS);
    const torn = Buffer.from(weights());
    torn.fill(0, MODEL_PIECE_BYTES, MODEL_PIECE_BYTES + 100);
    await writeFile(path, torn);
    places.controller.asked.length = 0;
    cache = await openCache(root, places);
    const directory = await fetched();
    expect(weightsAsked(places.controller)).toEqual([1]);
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
  });

  it('waits for a controller that is away, takes its refusal for an answer', async () => {
    places.directory.away = true;
    const waiting = fetched();
    await waitFor(() => places.directory.manifests > 2, { what: 'more questions', timeoutMs: 5000, everyMs: 1 });
    places.directory.away = false;
    await waiting;
    const refused = somePlaces();
    refused.directory.change = () => { throw new ModelSourceError('no assignment names this model', false); };
    const other = await openCache(join(root, 'other'), refused);
    await expect(other.ensure(refused.directory.reference, () => undefined, never)).rejects.toThrow('no assignment names this model');
  });

  it('brings a model once however many wait, and goes on when one of them leaves', async () => {
    const leaving = new AbortController();
    const first = fetched(leaving.signal);
    const second = fetched();
    leaving.abort(new Error('tombstone'));
    await expect(first).rejects.toThrow('tombstone');
    await second;
    expect(places.directory.manifests).toBe(1);
    expect(weightsAsked(places.controller)).toEqual([0, 1, 2]);
  });

  it('fails with a word and a reason of its own when the disk is full, and keeps what was fetched', async () => {
    await cutAt(1.5 * MODEL_PIECE_BYTES);
    const huge = places.directory.reference;
    places.directory.change = (manifest) => manifest;
    places.controller.onChunk = () => Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    const failure = await cache.ensure(huge, () => undefined, never).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelFetchError);
    expect(failure).toMatchObject({ reason: 'disk-full', message: expect.stringContaining('goes on when there is space') as unknown });
    places.controller.onChunk = (_wish, _at, data) => data;
    await fetched();
  });
});

describe('several sources', () => {
  it('takes pieces from nodes, and from the controller only what no node has', async () => {
    const [a, b] = [addNode(places, 'a'), addNode(places, 'b')];
    a.has = [1];
    b.has = [2];
    places.controller.onChunk = (wish, _at, data) => {
      const piece = wish.path === WEIGHTS ? 1 + wish.from / MODEL_PIECE_BYTES : 0; // the small file is the model's first piece
      const onlyANodeHasIt = [a, b].some(({ has }) => has?.includes(piece));
      if (wish.spare || onlyANodeHasIt) throw new ModelSourceError('others first', true, true);
      return data;
    };
    cutOffController(() => a.asked.length > 0 && b.asked.length > 0);
    await fetched();
    expect(a.asked.map(({ path }) => path)).toContain(WEIGHTS);
    expect(b.asked.map(({ path }) => path)).toContain(WEIGHTS);
  });

  it('drops a node that sends wrong bytes of the right length: they never count, and nobody else is blamed', async () => {
    const liar = addNode(places, 'liar');
    const honest = addNode(places, 'honest');
    liar.onChunk = (_wish, _at, data) => Buffer.alloc(data.length, 7);
    places.controller.onChunk = () => Promise.reject(new ModelSourceError('away', true));
    const directory = await fetched();
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
    expect(liar.asked.length).toBeLessThanOrEqual(2);
    expect(honest.asked.length).toBeGreaterThanOrEqual(3);
  });

  it('goes on elsewhere when a node dies within a piece, without keeping half of it', async () => {
    const dying = addNode(places, 'dying');
    dying.onChunk = (wish, at, data) => (at > wish.from ? Promise.reject(new ModelSourceError('connection reset', true)) : Buffer.alloc(data.length, 9));
    const directory = await fetched();
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
  });

  it('gives up when the controller itself keeps sending wrong bytes, and publishes nothing', async () => {
    places.controller.onChunk = (_wish, at, data) => (at === MODEL_PIECE_BYTES ? Buffer.alloc(data.length, 1) : data);
    await expect(fetched()).rejects.toThrow(/weights\/model.gguf arrived with wrong bytes from the controller 3 times/);
    expect(await readdir(root)).not.toContain(digest);
  });

  it('fetches from the controller alone, and by whole files, while pieces cannot be judged', async () => {
    const node = addNode(places, 'a');
    places.directory.judgeable = false;
    let wrong = true;
    places.controller.onChunk = (_wish, at, data) => {
      if (at !== MODEL_PIECE_BYTES || !wrong) return data;
      wrong = false;
      return Buffer.alloc(data.length, 1);
    };
    const directory = await fetched();
    expect((await readFile(join(directory, WEIGHTS))).equals(weights())).toBe(true);
    expect(node.asked).toEqual([]);
    expect(weightsAsked(places.controller)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  /** It sends nothing before. */
  function cutOffController(until: () => boolean): void {
    const send = places.controller.onChunk;
    places.controller.onChunk = (wish, at, data) => {
      if (!until()) throw new ModelSourceError('not yet', true);
      return send(wish, at, data);
    };
  }
});

describe('evict and verify', () => {
  it('refuses to delete what is used, with the user\'s name; deletes everything otherwise', async () => {
    let user: string | undefined = 'the service chat';
    cache = await openCache(root, places, { usedBy: () => user });
    await fetched();
    await expect(cache.evict(digest)).rejects.toThrow(/the service chat uses the model/);
    user = undefined;
    await cache.evict(digest);
    expect(await readdir(root)).toEqual([]);
    expect(cache.list()).toEqual([]);
    await fetched();
  });

  it('ends a fetch that only an order asked for, and the next one begins afresh', async () => {
    const started = Promise.withResolvers<undefined>();
    places.controller.onChunk = async (_wish, _at, data) => {
      started.resolve(undefined);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return data;
    };
    const fetching = fetched();
    const ended = expect(fetching).rejects.toThrow(/deleted from this node/);
    await started.promise;
    await cache.evict(digest);
    await ended;
    expect(await readdir(root)).toEqual([]);
    await fetched();
  });

  it('finds a flipped byte, shares it with nobody, and fetches only its piece again', async () => {
    const directory = await fetched();
    const path = join(directory, WEIGHTS);
    const flipped = await readFile(path);
    flipped.writeUInt8(flipped.readUInt8(MODEL_PIECE_BYTES + 5) ^ 1, MODEL_PIECE_BYTES + 5);
    await writeFile(path, flipped);
    expect(await cache.verify(digest, () => undefined, never)).toEqual([WEIGHTS]);
    expect(cache.list()).toMatchObject([{ damaged: true, complete: true }]);
    expect((await cache.share(digest))?.holds(WEIGHTS, 0, 10)).toBe(false);
    places.controller.asked.length = 0;
    cache = await openCache(root, places);
    await fetched();
    expect(weightsAsked(places.controller)).toEqual([1]);
    expect((await readFile(path)).equals(weights())).toBe(true);
    expect(cache.list()).toMatchObject([{ damaged: false, complete: true }]);
  });

  it('says that a model is not here instead of calling it damaged', async () => {
    await expect(cache.verify(digest, () => undefined, never)).rejects.toThrow(CacheRefusal);
  });
});

describe('manifests', () => {
  const only = (path: string) => ({ modelId: 'm', name: 'model', digest: '', totalBytes: 1, files: [fileOf(path, Buffer.from('x'))] });

  it.each(['../x', '/x', 'a/../../x', 'a//b', 'a\\b', 'c:x', 'a\u0000b', 'x/./y', '', 'n'.repeat(256)])('refuses the path %j', async (path) => {
    places.directory.change = () => only(path);
    await expect(fetched()).rejects.toThrow(ModelFetchError);
    expect(await readdir(root)).toEqual([]);
  });

  it('refuses paths that differ in case only, other files, and an entry that is not there', async () => {
    places.directory.change = (manifest) => ({ ...manifest, files: [...manifest.files, fileOf('CONFIG.json', Buffer.from('x'))] });
    await expect(fetched()).rejects.toThrow(/twice/);
    places.directory.change = () => only('other');
    await expect(fetched()).rejects.toThrow(/deploy it again/);
    places.directory.change = (manifest) => manifest;
    await expect(cache.ensure({ ...places.directory.reference, entry: 'other.gguf' }, () => undefined, never)).rejects.toThrow(/no file or directory/);
    await expect(cache.ensure({ ...places.directory.reference, manifestDigest: '../../etc' }, () => undefined, never)).rejects.toThrow(/not a sha256/);
  });
});
