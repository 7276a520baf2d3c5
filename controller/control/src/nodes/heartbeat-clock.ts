import { Injectable } from '@nestjs/common';
import type { NodeSample } from './node-inventory.js';

export interface Presence {
  /** Monotonic milliseconds (`performance.now()`) of the last word. */
  readonly heardMono: number;
  /** The same moment in Unix milliseconds. */
  readonly heardAt: number;
}

/** What agents say every few seconds: kept in memory, never written. Silence is measured on the monotonic clock. */
@Injectable()
export class HeartbeatClock {
  readonly startedMono = performance.now();
  readonly #presence = new Map<string, Presence>();
  readonly #samples = new Map<string, NodeSample>();
  readonly #orphans = new Map<string, number>();

  heard(nodeId: string): void {
    this.#presence.set(nodeId, { heardMono: performance.now(), heardAt: Date.now() });
  }

  sampled(nodeId: string, sample: NodeSample | undefined, orphans: number): void {
    if (sample) this.#samples.set(nodeId, sample);
    this.#orphans.set(nodeId, orphans);
  }

  presence(nodeId: string): Presence | undefined {
    return this.#presence.get(nodeId);
  }

  /** Undefined before the first word since the controller started. */
  silentMs(nodeId: string): number | undefined {
    const presence = this.#presence.get(nodeId);
    return presence ? performance.now() - presence.heardMono : undefined;
  }

  upMs(): number {
    return performance.now() - this.startedMono;
  }

  sample(nodeId: string): NodeSample | undefined {
    return this.#samples.get(nodeId);
  }

  orphanCount(nodeId: string): number {
    return this.#orphans.get(nodeId) ?? 0;
  }

  forget(nodeId: string): void {
    this.#presence.delete(nodeId);
    this.#samples.delete(nodeId);
    this.#orphans.delete(nodeId);
  }
}
