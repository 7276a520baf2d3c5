/** Finds stop texts in an answer that arrives in pieces, and holds back what may yet become one. */
export class StopText {
  #stops;
  #held = '';

  /** @param {readonly string[]} stops */
  constructor(stops) {
    this.#stops = stops;
  }

  /**
   * @param {string} text the next piece
   * @returns {{ text: string, stopped: boolean }} what may be sent now
   */
  push(text) {
    const all = this.#held + text;
    const at = this.#stops.map((stop) => all.indexOf(stop)).filter((index) => index >= 0);
    if (at.length > 0) {
      this.#held = '';
      return { text: all.slice(0, Math.min(...at)), stopped: true };
    }
    const keep = Math.max(0, ...this.#stops.map((stop) => overlap(all, stop)));
    this.#held = keep === 0 ? '' : all.slice(-keep);
    return { text: all.slice(0, all.length - keep), stopped: false };
  }

  /** What was held back, once nothing more comes. */
  flush() {
    const text = this.#held;
    this.#held = '';
    return text;
  }
}

/** Length of the longest end of `text` that is a beginning of `stop`. */
function overlap(text, stop) {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (stop.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
