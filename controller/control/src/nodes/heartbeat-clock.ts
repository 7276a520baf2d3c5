import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { rateOf, type NodeCounters, type NodeOrphan, type NodeSample } from './node-inventory.js';

export interface Presence {
  /** Monotonic milliseconds of the last word. */
  readonly heardMono: number;
  /** The same moment in Unix milliseconds. */
  readonly heardAt: number;
}

export type RawSample = Omit<NodeSample, 'diskReadRate' | 'diskWriteRate' | 'networkRxRate' | 'networkTxRate'> & { readonly counters: NodeCounters };

const MAX_ORPHANS = 200;
const NO_ORPHANS: readonly NodeOrphan[] = [];

/** What agents say every few seconds: kept in memory, never written. Silence is measured on the monotonic clock. */
@Injectable()
export class HeartbeatClock {
  readonly startedMono: number;
  readonly #presence = new Map<string, Presence>();
  readonly #samples = new Map<string, NodeSample>();
  readonly #counters = new Map<string, NodeCounters>();
  readonly #orphans = new Map<string, readonly NodeOrphan[]>();

  constructor(private readonly clock: Clock) {
    this.startedMono = clock.mono();
  }

  heard(nodeId: string): void {
    this.#presence.set(nodeId, { heardMono: this.clock.mono(), heardAt: this.clock.now() });
  }

  /** Takes a sample over. @returns it, with rates */
  sampled(nodeId: string, { counters, ...sample }: RawSample): NodeSample {
    const before = this.#counters.get(nodeId);
    const rate = (of: 'diskRead' | 'diskWrite' | 'networkRx' | 'networkTx') => rateOf(before?.[of], counters[of], counters.intervalMs);
    const full = { ...sample, diskReadRate: rate('diskRead'), diskWriteRate: rate('diskWrite'), networkRxRate: rate('networkRx'), networkTxRate: rate('networkTx') };
    this.#counters.set(nodeId, counters);
    this.#samples.set(nodeId, full);
    return full;
  }

  /** A new session began: its first counters have nothing to be compared with. */
  sessionBegan(nodeId: string): void {
    this.#counters.delete(nodeId);
  }

  orphansSeen(nodeId: string, orphans: readonly NodeOrphan[]): void {
    this.#orphans.set(nodeId, orphans.slice(0, MAX_ORPHANS));
  }

  presence(nodeId: string): Presence | undefined {
    return this.#presence.get(nodeId);
  }

  /** Undefined before the first word since the controller started. */
  silentMs(nodeId: string): number | undefined {
    const presence = this.#presence.get(nodeId);
    return presence ? this.clock.mono() - presence.heardMono : undefined;
  }

  upMs(): number {
    return this.clock.mono() - this.startedMono;
  }

  sample(nodeId: string): NodeSample | undefined {
    return this.#samples.get(nodeId);
  }

  orphans(nodeId: string): readonly NodeOrphan[] {
    return this.#orphans.get(nodeId) ?? NO_ORPHANS;
  }

  forget(nodeId: string): void {
    for (const map of [this.#presence, this.#samples, this.#counters, this.#orphans]) map.delete(nodeId);
  }
}
