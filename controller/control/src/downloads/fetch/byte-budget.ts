/** Bytes a second for all connections together: a bucket that holds half a second of them. */
export class ByteBudget {
  #debt = 0;
  #at = 0;

  /** @param bytesPerSecond asked each time, so that a change of the setting holds at once; null: no limit */
  constructor(private readonly bytesPerSecond: () => number | null) {}

  /** Takes bytes that have come. @returns milliseconds to read nothing more */
  spend(bytes: number, now: number): number {
    const rate = this.bytesPerSecond();
    if (rate === null) return 0;
    this.#debt = Math.max(-rate / 2, this.#debt - ((now - this.#at) * rate) / 1000) + bytes;
    this.#at = now;
    return Math.max(0, (this.#debt / rate) * 1000);
  }
}
