import type { Transfer } from '../operations/index.js';

const WINDOW_MS = 10_000;

/** Speed and remaining time over the last ten seconds. */
export class TransferMeter {
  readonly #samples: { at: number; fetched: number }[] = [];

  constructor(private readonly bytesTotal: number) {}

  /** @param fetched bytes that came over the network since the start of this run */
  sample(now: number, fetched: number, bytesDone: number): Transfer {
    this.#samples.push({ at: now, fetched });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    const seconds = (now - (first?.at ?? now)) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.round((fetched - (first?.fetched ?? fetched)) / seconds) : null;
    const left = this.bytesTotal - bytesDone;
    return { bytesDone, bytesTotal: this.bytesTotal, bytesPerSecond, etaSeconds: bytesPerSecond ? Math.ceil(left / bytesPerSecond) : null };
  }
}
