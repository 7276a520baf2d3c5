import { apiError, type ApiError } from '../api-errors/index.js';

export interface CallCaps {
  readonly calls: number;
  readonly callsPerKey: number;
}

export type Admission = { readonly admitted: true; readonly release: () => void } | { readonly admitted: false; readonly error: ApiError };

/** Caps on calls in progress: over the whole gateway and per key. `release` is idempotent. */
export class CallLimits {
  #calls = 0;
  readonly #byKey = new Map<string, number>();

  constructor(private readonly caps: CallCaps) {}

  admit(keyId: string): Admission {
    const own = this.#byKey.get(keyId) ?? 0;
    if (own >= this.caps.callsPerKey) {
      return { admitted: false, error: apiError('rate_limit_exceeded', `This API key already has ${own} calls in progress, which is its limit. Wait for some to finish.`) };
    }
    if (this.#calls >= this.caps.calls) {
      return { admitted: false, error: apiError('overloaded', 'The gateway is at its limit of calls in progress. Try again in a moment.') };
    }
    this.#calls += 1;
    this.#byKey.set(keyId, own + 1);
    return { admitted: true, release: this.#releaseOnce(keyId) };
  }

  /** Calls in progress now. */
  get calls(): number {
    return this.#calls;
  }

  #releaseOnce(keyId: string): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#calls -= 1;
      const left = (this.#byKey.get(keyId) ?? 1) - 1;
      if (left > 0) this.#byKey.set(keyId, left);
      else this.#byKey.delete(keyId);
    };
  }
}
