import { createHash } from 'node:crypto';
import type { RateLimit } from '@openstation/kit';
import { ModelSourceError, type PieceSource } from './model-source.js';
import type { PartialModel } from './partial-model.js';

/** Written to disk and counted at this grain; smaller under a limit, so that no transfer is silent for long. */
const BLOCK = 512 * 1024;
const SMALLEST_BLOCK = 16 * 1024;
/** Slower than this over a window, waiting for our own limit not counted, and the source is left. */
const SLOWEST_BYTES_PER_SECOND = 32 * 1024;
const WINDOW_MS = 15_000;

export interface PieceTransfer {
  readonly partial: PartialModel;
  readonly piece: number;
  readonly digest: string;
  readonly spare: boolean;
  readonly source: PieceSource;
  readonly limit: RateLimit;
  readonly onBytes: (bytes: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Brings one piece to its place on disk. Nothing on disk counts before this says true.
 * @returns false when the bytes are not those of the manifest
 * @throws ModelSourceError when the source fails; the system's error when the disk does
 */
export async function transferPiece({ partial, piece, digest, spare, source, limit, onBytes, signal }: PieceTransfer): Promise<boolean> {
  const place = partial.layout.place(piece);
  const hash = createHash('sha256');
  const pace = new Pace(source);
  const grain = Math.max(SMALLEST_BLOCK, Math.min(BLOCK, (limit.rate ?? Infinity) / 32));
  let offset = 0;
  let block: Uint8Array[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    const data = block.length === 1 && block[0] ? block[0] : Buffer.concat(block);
    [block, waiting] = [[], 0];
    hash.update(data);
    await partial.write(place, offset, data);
    offset += data.length;
    onBytes(data.length);
    const started = performance.now();
    await limit.take(data.length, signal);
    pace.moved(data.length, performance.now() - started);
  };
  for await (const chunk of source.read({ digest, path: place.file.path, from: place.from, to: place.to, spare }, signal)) {
    block.push(chunk);
    waiting += chunk.length;
    if (waiting >= grain) await flush();
  }
  if (waiting > 0) await flush();
  if (offset !== place.to - place.from) throw new ModelSourceError(`${source.name} sent too little`, true);
  return place.sha256 === undefined || hash.digest('hex') === place.sha256;
}

class Pace {
  #since = performance.now();
  #bytes = 0;
  #ownWaitMs = 0;

  constructor(private readonly source: PieceSource) {}

  /** The controller may be slow because it shares what it is allowed among many; a node is left. @throws ModelSourceError */
  moved(bytes: number, ownWaitMs: number): void {
    this.#bytes += bytes;
    this.#ownWaitMs += ownWaitMs;
    const elapsed = performance.now() - this.#since - this.#ownWaitMs;
    if (elapsed < WINDOW_MS) return;
    if (this.source.kind === 'node' && this.#bytes / (elapsed / 1000) < SLOWEST_BYTES_PER_SECOND) throw new ModelSourceError(`${this.source.name} is too slow`, true);
    [this.#since, this.#bytes, this.#ownWaitMs] = [performance.now(), 0, 0];
  }
}
