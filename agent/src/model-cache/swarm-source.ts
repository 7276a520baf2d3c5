import { Backoff } from '@openstation/kit';
import type { Holdings } from './piece-choice.js';
import { PieceSet } from './piece-set.js';
import type { PieceSource } from './model-source.js';

/** Transfers from one place side by side: enough to hide a round trip, not to crowd out others. */
const TRANSFERS_PER_SOURCE = 2;
/** A controller that serves others first is asked for spare pieces again after this. */
const SPARE_PAUSE_MS = 1000;
const BUSY_PAUSE_MS = 200;
/** A node that is busy so often in a row counts as failed: its pieces are had elsewhere meanwhile. */
const BUSY_BEFORE_FAILED = 5;
/** A piece that a node says it is fetching is left to it for so long, then it is asked of the controller all the same. */
const PROMISE_MS = 120_000;

/** One source during one fetch: what it has, how it behaves. No clock of its own. */
export class SwarmSource implements Holdings {
  readonly have: PieceSet;
  fetching: PieceSet;
  transfers = 0;
  /** Asked again at this moment at the earliest. */
  notBefore = 0;
  spareNotBefore = 0;
  /** Told what it has at least once; a node that never did is not asked for pieces. */
  known = false;
  listAskedAt: number | undefined;
  askingForList = false;
  /** Sent wrong bytes: not asked again during this fetch. */
  banned = false;
  /** It gave bytes during this fetch. */
  gave = 0;
  refusals = 0;
  #busyInARow = 0;
  readonly #promisedAt = new Map<number, number>();
  readonly #backoff: Backoff;

  constructor(readonly id: string, readonly source: PieceSource, size: number, backoff: () => Backoff) {
    this.have = new PieceSet(size);
    this.fetching = new PieceSet(size);
    this.#backoff = backoff();
  }

  get isController(): boolean {
    return this.source.kind === 'controller';
  }

  free(now: number): boolean {
    return !this.banned && this.transfers < TRANSFERS_PER_SOURCE && now >= this.notBefore;
  }

  /** Its pieces count as there to be had. */
  alive(now: number): boolean {
    return !this.isController && this.known && !this.banned && now >= this.notBefore;
  }

  told({ have, fetching }: { readonly have: Uint8Array; readonly fetching: Uint8Array }, now: number): void {
    const news = new PieceSet(this.have.size, have);
    this.fetching = new PieceSet(this.have.size, fetching);
    for (let piece = 0; piece < this.have.size; piece += 1) {
      if (news.has(piece)) this.have.add(piece);
      if (this.fetching.has(piece) && this.#isBroken(piece, now)) this.fetching.delete(piece);
    }
    this.known = true;
  }

  worked(bytes: number): void {
    this.gave += bytes;
    this.refusals = 0;
    this.#busyInARow = 0;
    this.#backoff.reset();
  }

  failed(now: number): void {
    this.notBefore = now + this.#backoff.next();
  }

  /** It is well, but others come first, or it lost the piece. */
  busy(now: number, piece: number, spare: boolean): void {
    if (spare) this.spareNotBefore = now + SPARE_PAUSE_MS;
    else if (this.isController) this.failed(now);
    else {
      this.have.delete(piece);
      this.#busyInARow += 1;
      if (this.#busyInARow < BUSY_BEFORE_FAILED) this.notBefore = now + BUSY_PAUSE_MS;
      else this.failed(now);
    }
  }

  #isBroken(piece: number, now: number): boolean {
    const since = this.#promisedAt.get(piece);
    if (since === undefined) this.#promisedAt.set(piece, now);
    return since !== undefined && now - since > PROMISE_MS;
  }
}
