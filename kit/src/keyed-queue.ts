/**
 * Work by key: one run at a time per key, and any number of wake-ups while it runs fold into exactly one
 * more run. Different keys run side by side, up to the limit. A handler reads current state itself, so a
 * folded wake-up loses nothing.
 */
export class KeyedQueue<K> {
  readonly #running = new Set<K>();
  readonly #waiting = new Set<K>();
  readonly #timers = new Map<K, NodeJS.Timeout>();
  readonly #idle: (() => void)[] = [];
  #closed = false;

  /** `handle` must not throw for an expected failure: call `wakeLater` instead. What it throws goes to `onError`. */
  constructor(
    private readonly handle: (key: K) => Promise<void>,
    private readonly onError: (key: K, error: unknown) => void,
    private readonly limit = Infinity,
  ) {}

  wake(key: K): void {
    if (this.#closed) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#waiting.add(key);
    this.#pump();
  }

  /** Wakes the key after a delay unless something wakes it earlier. */
  wakeLater(key: K, ms: number): void {
    if (this.#closed || this.#timers.has(key)) return;
    this.#timers.set(key, setTimeout(() => this.wake(key), ms));
  }

  /** Takes no more work and waits for what runs. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#waiting.clear();
    await this.idle();
  }

  /** Resolves when nothing runs and nothing waits (delayed wake-ups do not count). */
  async idle(): Promise<void> {
    if (this.#running.size === 0 && this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.limit) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key);
    }
  }

  async #run(key: K): Promise<void> {
    try {
      await this.handle(key);
    } catch (error) {
      this.onError(key, error);
    } finally {
      this.#running.delete(key);
      this.#pump();
      if (this.#running.size === 0 && this.#waiting.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}
