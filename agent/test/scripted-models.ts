import { createHash } from 'node:crypto';
import { MODEL_PIECE_BYTES, modelDigest, type ModelFile, type ModelManifest, type ModelReference, type ModelSources } from '@openstation/proto';
import { Backoff, RateLimit } from '@openstation/kit';
import { ModelCache, ModelSourceError, type ModelDirectory, type PieceSource, type RangeWish } from '../src/model-cache/index.js';

const CHUNK = 256 * 1024;

/** Two and a half pieces of bytes that are all different, a small file and an empty one. */
export function someModel(): Map<string, Buffer> {
  const weights = Buffer.alloc(2.5 * MODEL_PIECE_BYTES);
  for (let at = 0; at < weights.length; at += 4) weights.writeUInt32LE((at * 2654435761) % 2 ** 32, at);
  return new Map([['weights/model.gguf', weights], ['config.json', Buffer.from('{}')], ['empty', Buffer.alloc(0)]]);
}

export function fileOf(path: string, data: Buffer, judgeable = true): ModelFile {
  const pieces = Array.from({ length: Math.ceil(data.length / MODEL_PIECE_BYTES) }, (_, n) => sha256(data.subarray(n * MODEL_PIECE_BYTES, (n + 1) * MODEL_PIECE_BYTES)).digest());
  return { path, bytes: data.length, sha256: sha256(data).digest('hex'), pieceSha256: judgeable ? Buffer.concat(pieces) : Buffer.alloc(0) };
}

/** A controller that tells what a test wants it to. */
export class ScriptedDirectory implements ModelDirectory {
  manifests = 0;
  judgeable = true;
  nodes: string[] = [];
  away = false;
  change: (manifest: ModelManifest) => ModelManifest = (manifest) => manifest;

  constructor(readonly files: Map<string, Buffer>) {}

  get reference(): ModelReference {
    return { modelId: 'm', name: 'model', manifestDigest: modelDigest(this.#files()), totalBytes: 0, entry: 'weights/model.gguf' };
  }

  async manifest(): Promise<ModelManifest> {
    this.manifests += 1;
    if (this.away) throw new ModelSourceError('the controller is away', true);
    return Promise.resolve(this.change({ modelId: 'm', name: 'model', digest: 'unused', totalBytes: 0, files: this.#files() }));
  }

  async sources(): Promise<ModelSources> {
    if (this.away) throw new ModelSourceError('the controller is away', true);
    return Promise.resolve({ sources: this.nodes.map((nodeId) => ({ nodeId, address: nodeId, complete: true })), grant: 'g', grantExpiresAtMs: 0 });
  }

  #files(): ModelFile[] {
    return [...this.files].map(([path, data]) => fileOf(path, data, this.judgeable));
  }
}

/** One place that has the files, with faults on demand. */
export class ScriptedSource implements PieceSource {
  readonly asked: RangeWish[] = [];
  closed = false;
  /** Pieces it says it has; undefined: all. */
  has: readonly number[] | undefined;
  /** Changes, delays or refuses what is sent. */
  onChunk: (wish: RangeWish, at: number, data: Buffer) => Buffer | Promise<Buffer> = (_wish, _at, data) => data;

  constructor(readonly kind: 'controller' | 'node', readonly name: string, private readonly files: Map<string, Buffer>) {}

  get bytesAsked(): number {
    return this.asked.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  async *read(wish: RangeWish, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.asked.push(wish);
    const data = this.files.get(wish.path) ?? Buffer.alloc(0);
    for (let at = wish.from; at < wish.to; at += CHUNK) {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      yield await this.onChunk(wish, at, data.subarray(at, Math.min(at + CHUNK, wish.to)));
    }
  }

  pieces(): Promise<{ have: Uint8Array; fetching: Uint8Array }> {
    const have = Buffer.alloc(4, this.has === undefined ? 0xff : 0);
    for (const piece of this.has ?? []) have[piece >> 3] = (have[piece >> 3] ?? 0) | (1 << (piece & 7));
    return Promise.resolve({ have, fetching: Buffer.alloc(4) });
  }

  close(): void {
    this.closed = true;
  }
}

export interface Places {
  readonly directory: ScriptedDirectory;
  readonly controller: ScriptedSource;
  readonly nodes: Map<string, ScriptedSource>;
}

export function somePlaces(): Places {
  const files = someModel();
  return { directory: new ScriptedDirectory(files), controller: new ScriptedSource('controller', 'the controller', files), nodes: new Map() };
}

export function addNode(places: Places, id: string): ScriptedSource {
  const node = new ScriptedSource('node', `the node ${id}`, places.directory.files);
  places.nodes.set(id, node);
  places.directory.nodes.push(id);
  return node;
}

export function openCache(root: string, { directory, controller, nodes }: Places, over: { usedBy?: (digest: string) => string | undefined; limit?: RateLimit } = {}): Promise<ModelCache> {
  return ModelCache.open({
    root, directory, limit: over.limit ?? new RateLimit(undefined), usedBy: over.usedBy ?? (() => undefined), now: Date.now, backoff: () => new Backoff({ firstMs: 1, maxMs: 5 }),
    open: { controller: () => controller, node: (id) => nodes.get(id) ?? controller },
  });
}

function sha256(data: Buffer) {
  return createHash('sha256').update(data);
}
