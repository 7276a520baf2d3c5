import type { PieceSet } from './piece-set.js';

/** What a node that is asked has, as it told last. */
export interface Holdings {
  readonly have: PieceSet;
  /** Pieces it is fetching from the controller. */
  readonly fetching: PieceSet;
}

export interface ChoiceView {
  /** On disk here. */
  readonly have: PieceSet;
  /** On the way here. */
  readonly coming: ReadonlySet<number>;
  /** Of every node that can be asked at the moment. */
  readonly others: readonly Holdings[];
  /** Pieces that can be judged one by one; the others come from the controller only. */
  readonly judgeable: (piece: number) => boolean;
  /** In [0, 1): where the search starts, so that nodes that begin together do not fetch the same pieces. */
  readonly start: number;
}

/** So many candidates are compared for the rarest one. */
const COMPARED = 32;

/** The piece to fetch from a node: one that it has and few others have. */
export function chooseFromNode(view: ChoiceView, node: Holdings): number | undefined {
  const candidates = find(view, COMPARED, (index) => node.have.bytes[index] ?? 0, view.judgeable);
  const holders = (piece: number): number => view.others.filter((other) => other.have.has(piece)).length;
  let best: { piece: number; holders: number } | undefined;
  for (const piece of candidates) {
    const rarity = holders(piece);
    if (!best || rarity < best.holders) best = { piece, holders: rarity };
  }
  return best?.piece;
}

/** The piece to fetch from the controller: one that no node has, or fetches from there already. */
export function chooseFromController(view: ChoiceView): number | undefined {
  return find(view, 1, (index) => ~view.others.reduce((bits, { have, fetching }) => bits | (have.bytes[index] ?? 0) | (fetching.bytes[index] ?? 0), 0)).at(0) ?? chooseUnjudgeable(view);
}

/** Any missing piece, for a controller that has nothing better to do. */
export function chooseSpare(view: ChoiceView): number | undefined {
  return find(view, 1, () => 0xff).at(0);
}

function chooseUnjudgeable(view: ChoiceView): number | undefined {
  return find(view, 1, () => 0xff, (piece) => !view.judgeable(piece)).at(0);
}

function find({ have, coming, start }: ChoiceView, limit: number, offered: (byteIndex: number) => number, fits: (piece: number) => boolean = () => true): number[] {
  const found: number[] = [];
  const length = have.bytes.length;
  const first = Math.floor(start * length);
  const firstBit = Math.floor(start * length * 8) % 8;
  for (let step = 0; step < length && found.length < limit; step += 1) {
    const index = (first + step) % length;
    const wanted = offered(index) & ~(have.bytes[index] ?? 0) & 0xff;
    for (let turn = 0; wanted !== 0 && turn < 8; turn += 1) {
      const bit = (firstBit + turn) % 8;
      const piece = index * 8 + bit;
      if ((wanted & (1 << bit)) !== 0 && piece < have.size && !coming.has(piece) && fits(piece)) found.push(piece);
    }
  }
  return found.slice(0, limit);
}
