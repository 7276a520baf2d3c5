import { performance } from 'node:perf_hooks';

/** So long after its session ended, or since this agent began, the controller is waited for before the node acts alone. */
const PATIENCE_MS = 15_000;

/** Whether the controller can be counted on at the moment. */
export class Presence {
  #connected = false;
  #sinceMs: number;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {
    this.#sinceMs = monotonicMs();
  }

  /** It welcomed this node, or that session is over. */
  turn(connected: boolean): void {
    if (connected === this.#connected) return;
    this.#connected = connected;
    this.#sinceMs = this.monotonicMs();
  }

  standing(): 'connected' | 'awaited' | 'away' {
    if (this.#connected) return 'connected';
    return this.monotonicMs() - this.#sinceMs < PATIENCE_MS ? 'awaited' : 'away';
  }
}
