import { sleep } from './timing.js';

/** What may pass at once after a pause, as time at the full rate. */
const BURST_MS = 100;

/**
 * Bytes a second over everything that asks, in the order of asking. Late timers are made up for, so that the rate holds over
 * time; what was not used for longer than a tenth of a second is lost.
 */
export class RateLimit {
  /** When what was granted so far has passed at the full rate. */
  #at = 0;

  constructor(private bytesPerSecond: number | undefined, private readonly now: () => number = () => performance.now()) {}

  get rate(): number | undefined {
    return this.bytesPerSecond;
  }

  /** Undefined: no limit. Who waits already goes on waiting by the old one. */
  change(bytesPerSecond: number | undefined): void {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Resolves when that many bytes may pass. @throws the signal's reason */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.bytesPerSecond === undefined) return;
    const now = this.now();
    this.#at = Math.max(this.#at, now - BURST_MS) + (bytes / this.bytesPerSecond) * 1000;
    if (this.#at > now) await sleep(this.#at - now, signal);
    signal?.throwIfAborted();
  }
}
