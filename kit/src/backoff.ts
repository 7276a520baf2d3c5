export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random?: () => number;
}

/** Doubling delays with full jitter, so that many members do not come back in one wave. */
export class Backoff {
  #attempt = 0;
  readonly #options: BackoffOptions;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next try; at least half of the step, at most all of it. */
  next(): number {
    const { firstMs, maxMs, random = Math.random } = this.#options;
    const step = Math.min(maxMs, firstMs * 2 ** this.#attempt);
    this.#attempt += 1;
    return Math.round(step / 2 + (step / 2) * random());
  }

  reset(): void {
    this.#attempt = 0;
  }
}
