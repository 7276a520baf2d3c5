/** One timer for the phases of a call, which follow each other: none is watched while another one is. */
export class PhaseTimer {
  #timer: NodeJS.Timeout | undefined;
  #ms = 0;

  /** @param late what happens when a phase takes too long */
  constructor(private readonly late: () => void) {}

  /** The phase begins, or shows that it goes on; cheap enough for every chunk. */
  watch(ms: number): void {
    if (this.#timer && this.#ms === ms) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#ms = ms;
    this.#timer = setTimeout(this.late, ms);
  }

  /** A pause in which nothing is late. */
  pause(ms: number, after: () => void): void {
    this.end();
    this.#timer = setTimeout(after, ms);
    this.#ms = -1;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
