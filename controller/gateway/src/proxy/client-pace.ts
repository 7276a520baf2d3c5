import type { ServerResponse } from 'node:http';

/** Holds an engine back while its client takes nothing more. */
export class ClientPace {
  #slow = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly engine: { pause(): void; resume(): void },
  ) {}

  get slow(): boolean {
    return this.#slow;
  }

  /** The client has not taken what was written last. */
  full(): void {
    if (this.#slow) return;
    this.#slow = true;
    this.engine.pause();
    this.response.once('drain', () => {
      this.#slow = false;
      this.engine.resume();
    });
  }
}
