/** Values pushed on one side, read one by one on the other. When the reader is too slow the oldest are dropped. */
export class LineQueue<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = [];
  #ended = false;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(private readonly limit = 20_000) {}

  push(value: T): void {
    if (this.#ended) return;
    if (this.#waiting.length >= this.limit) this.#waiting.shift();
    this.#waiting.push(value);
    this.#wake();
  }

  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift() as T;
      if (this.#error) throw this.#error;
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
