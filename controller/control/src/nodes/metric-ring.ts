import { GPU_METRICS, NODE_METRICS, MAX_CARDS, type Measured } from './metric-tiers.js';

/** One hour of heartbeats of 5 s. */
const SLOTS = 720;

/**
 * The last samples of one node in a fixed block of memory: 720 × (8 + 4 × cards) numbers of 4 bytes, 28 KB without cards,
 * 74 KB with four (74 MB for a thousand such nodes). When heartbeats come faster it covers less time.
 */
export class MetricRing {
  readonly #at = new Float64Array(SLOTS).fill(NaN);
  #cards: string[] = [];
  #values = new Float32Array(SLOTS * NODE_METRICS.length);
  #next = 0;

  add(at: number, { node, gpus }: Measured): void {
    this.#makeRoomFor([...gpus.keys()]);
    const slot = this.#next;
    this.#next = (slot + 1) % SLOTS;
    this.#at[slot] = at;
    this.#values.set([...node, ...this.#cards.flatMap((uuid) => gpus.get(uuid) ?? GPU_METRICS.map(() => NaN))], slot * this.#width);
  }

  /** Samples since a moment, oldest first. */
  *since(fromMs: number): Generator<{ readonly at: number; readonly values: Measured }> {
    for (let step = 0; step < SLOTS; step += 1) {
      const slot = (this.#next + step) % SLOTS;
      const at = this.#at[slot] ?? NaN;
      if (!(at >= fromMs)) continue;
      const row = [...this.#values.subarray(slot * this.#width, (slot + 1) * this.#width)];
      const card = (index: number) => row.slice(NODE_METRICS.length + index * GPU_METRICS.length, NODE_METRICS.length + (index + 1) * GPU_METRICS.length);
      yield { at, values: { node: row.slice(0, NODE_METRICS.length), gpus: new Map(this.#cards.map((uuid, index) => [uuid, card(index)])) } };
    }
  }

  /** When the oldest sample was taken; Infinity without any. */
  get oldest(): number {
    const oldest = this.#at[this.#next] ?? NaN;
    if (!Number.isNaN(oldest)) return oldest;
    return this.#at[0] === undefined || Number.isNaN(this.#at[0]) ? Infinity : this.#at[0];
  }

  get #width(): number {
    return NODE_METRICS.length + this.#cards.length * GPU_METRICS.length;
  }

  /** Cards come and go rarely; what is known of the others is carried over. */
  #makeRoomFor(uuids: readonly string[]): void {
    const cards = [...this.#cards, ...uuids.filter((uuid) => !this.#cards.includes(uuid))].slice(-MAX_CARDS);
    if (cards.length === this.#cards.length) return;
    const kept = [...this.since(0)];
    this.#cards = cards;
    this.#values = new Float32Array(SLOTS * this.#width).fill(NaN);
    this.#at.fill(NaN);
    this.#next = 0;
    for (const { at, values } of kept) this.add(at, values);
  }
}
