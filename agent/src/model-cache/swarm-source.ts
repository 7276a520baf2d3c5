import { Backoff } from '@openstation/kit';
import type { Holdings } from './piece-choice.js';
import { PieceSet } from './piece-set.js';
import type { PieceSource } from './model-source.js';

/** Transfers from one place side by side: enough to hide a round trip, not to crowd out others. */
const TRANSFERS_PER_SOURCE = 2;
/** A controller that serves others first is asked for spare pieces again after this. */
const SPARE_PAUSE_MS = 1000;

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
  /** Sent wrong bytes: not asked again during this fetch. */
  banned = false;
  /** It gave bytes during this fetch. */
  gave = 0;
  refusals = 0;
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

  told({ have, fetching }: { readonly have: Uint8Array; readonly fetching: Uint8Array }): void {
    const news = new PieceSet(this.have.size, have);
    for (let piece = 0; piece < this.have.size; piece += 1) if (news.has(piece)) this.have.add(piece);
    this.fetching = new PieceSet(this.have.size, fetching);
    this.known = true;
  }

  worked(bytes: number): void {
    this.gave += bytes;
    this.refusals = 0;
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
      this.notBefore = now + 200;
    }
  }
}
