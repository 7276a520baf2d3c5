import type { ApiError } from '../api-errors/index.js';

export interface CallWait {
  readonly serviceId: string;
  /** Monotonic milliseconds. */
  readonly sinceMs: number;
  /** There is none yet; otherwise for the first word of a stream. */
  readonly forInstance: boolean;
}

export interface LiveCall {
  readonly keyId: string;
  /** What it waits for, if anything. */
  readonly wait: CallWait | undefined;
  /** Ends the call with an error, in-band when its answer has begun. */
  stop(error: ApiError): void;
}

/** Calls in progress, so that revoking a key and shutting down reach them. */
export class LiveCalls {
  readonly #calls = new Set<LiveCall>();

  add(call: LiveCall): void {
    this.#calls.add(call);
  }

  delete(call: LiveCall): void {
    this.#calls.delete(call);
  }

  /** What calls wait for at this moment. */
  waits(): CallWait[] {
    return [...this.#calls].flatMap(({ wait }) => wait ?? []);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Stops the calls for whose key there is an error now. */
  stopWhere(problem: (keyId: string) => ApiError | undefined): void {
    for (const call of [...this.#calls]) {
      const error = problem(call.keyId);
      if (error) call.stop(error);
    }
  }
}
