import type { LiveCalls } from './live-calls.js';

/** A call that was refused because its service sleeps counts as waiting for so long: it was told to come back. */
const ASKED_MS = 15_000;

export interface ServiceDemand {
  /** Calls that wait for an instance. */
  waiting: number;
  /** Of the call that has waited longest: for an instance, or for the first word of its stream. Milliseconds. */
  longestWaitMs: number;
}

/** Which services are waited for. Calls are looked at only when it is asked: nothing is counted while they pass. */
export class CallDemand {
  readonly #asked = new Map<string, number>();

  /** @param now monotonic milliseconds */
  constructor(
    private readonly live: LiveCalls,
    private readonly now: () => number,
  ) {}

  /** A call for a service that sleeps was sent away. */
  asked(serviceId: string): void {
    this.#asked.set(serviceId, this.now());
  }

  all(): ReadonlyMap<string, ServiceDemand> {
    const demand = new Map<string, ServiceDemand>();
    const now = this.now();
    const add = (serviceId: string, waiting: number, waitMs: number) => {
      const one = demand.get(serviceId) ?? { waiting: 0, longestWaitMs: 0 };
      demand.set(serviceId, { waiting: one.waiting + waiting, longestWaitMs: Math.max(one.longestWaitMs, waitMs) });
    };
    for (const wait of this.live.waits()) add(wait.serviceId, wait.forInstance ? 1 : 0, now - wait.sinceMs);
    for (const [serviceId, at] of this.#asked) {
      if (now - at > ASKED_MS) this.#asked.delete(serviceId);
      else add(serviceId, 1, now - at);
    }
    return demand;
  }
}
