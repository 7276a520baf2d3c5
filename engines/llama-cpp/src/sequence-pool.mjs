import { unavailable } from './api-error.mjs';

/**
 * Lends the context's sequences out, one per running request, and lets a bounded number wait in order.
 * Every sequence keeps its computed tokens, so a conversation that goes on should get the one it had.
 */
export class SequencePool {
  #idle;
  #waiting = [];
  #maxWaiting;

  /**
   * @param {readonly import('node-llama-cpp').LlamaContextSequence[]} sequences
   * @param {number} maxWaiting
   */
  constructor(sequences, maxWaiting) {
    this.#idle = [...sequences];
    this.#maxWaiting = maxWaiting;
  }

  get waiting() {
    return this.#waiting.length;
  }

  /**
   * @param {readonly import('node-llama-cpp').Token[]} prompt
   * @param {AbortSignal} signal ends the wait
   * @returns {Promise<import('node-llama-cpp').LlamaContextSequence | undefined>} undefined when aborted
   * @throws {import('./api-error.mjs').ApiError} 503 when too many wait
   */
  async acquire(prompt, signal) {
    if (signal.aborted) return undefined;
    if (this.#idle.length > 0) return this.#takeBest(prompt);
    if (this.#waiting.length >= this.#maxWaiting) throw unavailable(`All sequences are busy and ${this.#waiting.length} requests wait already.`, 'queue_full');
    return new Promise((resolve) => {
      const waiter = { prompt, resolve };
      this.#waiting.push(waiter);
      signal.addEventListener('abort', () => this.#giveUp(waiter), { once: true });
    });
  }

  /** @param {import('node-llama-cpp').LlamaContextSequence} sequence */
  release(sequence) {
    this.#idle.push(sequence);
    const next = this.#waiting.shift();
    if (next) next.resolve(this.#takeBest(next.prompt));
  }

  /** Refuses all that wait. */
  clear() {
    for (const waiter of this.#waiting.splice(0)) waiter.resolve(undefined);
  }

  #giveUp(waiter) {
    const at = this.#waiting.indexOf(waiter);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    waiter.resolve(undefined);
  }

  /** The sequence that shares the longest beginning; among equals the one that has been idle longest. */
  #takeBest(prompt) {
    let best = 0;
    let shared = -1;
    this.#idle.forEach((sequence, at) => {
      const common = sequence.compareContextTokens([...prompt]).firstDifferentIndex;
      if (common > shared) [best, shared] = [at, common];
    });
    return this.#idle.splice(best, 1)[0];
  }
}
