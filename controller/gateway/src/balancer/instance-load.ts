import type { LoadView } from './pick-target.js';

const SUSPECT_MS = 2000;

/** Calls in progress per instance, and which instances failed just now. One begin, one end: the returned function is idempotent. */
export class InstanceLoad implements LoadView {
  readonly #outstanding = new Map<string, number>();
  readonly #suspectUntil = new Map<string, number>();

  /** `now` in milliseconds, monotonic. */
  constructor(private readonly now: () => number) {}

  begin(instanceId: string): () => void {
    this.#outstanding.set(instanceId, this.outstanding(instanceId) + 1);
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const left = this.outstanding(instanceId) - 1;
      if (left > 0) this.#outstanding.set(instanceId, left);
      else this.#outstanding.delete(instanceId);
    };
  }

  outstanding(instanceId: string): number {
    return this.#outstanding.get(instanceId) ?? 0;
  }

  failed(instanceId: string): void {
    this.#suspectUntil.set(instanceId, this.now() + SUSPECT_MS);
  }

  suspect(instanceId: string): boolean {
    const until = this.#suspectUntil.get(instanceId);
    if (until === undefined) return false;
    if (until > this.now()) return true;
    this.#suspectUntil.delete(instanceId);
    return false;
  }

  /** Calls in progress by instance; one without is not named. */
  all(): ReadonlyMap<string, number> {
    return this.#outstanding;
  }

  /** Calls in progress over all instances. */
  total(): number {
    let sum = 0;
    for (const calls of this.#outstanding.values()) sum += calls;
    return sum;
  }
}
