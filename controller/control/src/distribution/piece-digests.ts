import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedQueue, writeFileAtomic, type Logger } from '@openstation/kit';
import { MODEL_PIECE_BYTES, byPath, pieceCount } from '@openstation/proto';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';

const DIGEST_BYTES = 32;
const KEPT = 16;

/**
 * SHA-256 of every 8 MiB piece of library models, so that nodes can take pieces from each other. Read once per model, in
 * the background, and kept as `<models>/<id>.pieces`: the manifest's digest, then the pieces in order. Until they are there
 * nodes fetch from the controller only.
 */
@Injectable()
export class PieceDigests implements OnModuleDestroy {
  readonly #known = new Map<string, Promise<ReadonlyMap<string, Buffer> | undefined>>();
  readonly #stop = new AbortController();
  readonly #queue = new KeyedQueue<string>(
    (modelId) => this.#compute(modelId),
    (modelId, error) => {
      if (!this.#stop.signal.aborted) this.logger.warn({ err: error, modelId }, 'pieces of a model could not be hashed: nodes fetch it from the controller only');
    },
    1,
  );

  constructor(
    private readonly models: ModelRepository,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort(new Error('the controller stops'));
    await this.#queue.close();
  }

  /** By path, each digest after the other; undefined while they are not known. Asking makes them known before long. */
  async of(model: ModelRow): Promise<ReadonlyMap<string, Buffer> | undefined> {
    const known = this.#known.get(model.id) ?? this.#read(model);
    this.#keep(model.id, known);
    const pieces = await known;
    if (!pieces) {
      this.#known.delete(model.id);
      if (model.inPlaceNodeId === null) this.#queue.wake(model.id);
    }
    return pieces;
  }

  /** Of a model that lies on a node: the node hashed it. */
  async learn(modelId: string, digest: string, files: readonly { readonly path: string; readonly bytes: number; readonly pieceSha256: Uint8Array }[]): Promise<void> {
    if (files.some((file) => file.pieceSha256.length !== pieceCount(file.bytes) * DIGEST_BYTES)) return;
    await writeFileAtomic(this.#path(modelId), Buffer.concat([Buffer.from(digest), ...[...files].sort(byPath).map((file) => file.pieceSha256)]));
    this.#known.delete(modelId);
  }

  async #read(model: ModelRow): Promise<ReadonlyMap<string, Buffer> | undefined> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.#path(model.id));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const digest = model.digest ?? '';
    const files = [...model.files].sort(byPath);
    const length = files.reduce((sum, file) => sum + pieceCount(file.bytes) * DIGEST_BYTES, digest.length);
    if (bytes.length !== length || bytes.toString('latin1', 0, digest.length) !== digest) return undefined;
    let at = digest.length;
    return new Map(files.map((file) => [file.path, bytes.subarray(at, (at += pieceCount(file.bytes) * DIGEST_BYTES))]));
  }

  async #compute(modelId: string): Promise<void> {
    const model = await this.models.get(modelId);
    if (model?.state !== 'ready' || model.digest === null || (await this.#read(model))) return;
    const pieces: Buffer[] = [];
    for (const { path, bytes } of [...model.files].sort(byPath)) pieces.push(await this.#hashFile(join(this.models.rootOf(model), path), bytes));
    await writeFileAtomic(this.#path(modelId), Buffer.concat([Buffer.from(model.digest), ...pieces]));
    this.#known.delete(modelId);
  }

  async #hashFile(path: string, bytes: number): Promise<Buffer> {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const digests: Buffer[] = [];
      const data = Buffer.allocUnsafe(2 ** 20);
      for (let piece = 0; piece < pieceCount(bytes); piece += 1) {
        const hash = createHash('sha256');
        const end = Math.min((piece + 1) * MODEL_PIECE_BYTES, bytes);
        for (let at = piece * MODEL_PIECE_BYTES; at < end; ) {
          this.#stop.signal.throwIfAborted();
          const { bytesRead } = await file.read(data, 0, Math.min(data.length, end - at), at);
          if (bytesRead === 0) throw new Error(`${path} is shorter than its manifest says`);
          hash.update(data.subarray(0, bytesRead));
          at += bytesRead;
        }
        digests.push(hash.digest());
      }
      return Buffer.concat(digests);
    } finally {
      await file.close();
    }
  }

  #path(modelId: string): string {
    return join(this.config.models.dir, `${modelId}.pieces`);
  }

  #keep(modelId: string, pieces: Promise<ReadonlyMap<string, Buffer> | undefined>): void {
    this.#known.delete(modelId);
    this.#known.set(modelId, pieces);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
  }
}
