/**
 * Tells a host that is gone from one that is busy: the kernel of a busy one, even of one whose agent hangs, still answers
 * connections. Two in a row that nobody answered, the second begun after the first was given up, and no byte in between,
 * are a host without power or cable.
 */
export class NodeSilence {
  /** When the first connection in a row was given up, by endpoint. */
  readonly #since = new Map<string, number>();

  /** Anything came from there. */
  heard(endpoint: string): void {
    if (this.#since.size > 0) this.#since.delete(endpoint);
  }

  /** A connection that was begun at `begunMs` got no answer until `nowMs`. @returns whether the host is gone */
  unanswered(endpoint: string, begunMs: number, nowMs: number): boolean {
    const since = this.#since.get(endpoint);
    if (since === undefined) this.#since.set(endpoint, nowMs);
    return since !== undefined && begunMs >= since;
  }
}
