import { status } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import { CONTROL_CONFIG, Clock, type ControlConfig } from '../config/index.js';
import { Refusal } from '../listeners/index.js';

const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;

/** How often one address may ask to become a member. */
@Injectable()
export class KnockLimit {
  #since = 0;
  readonly #knocks = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
  ) {}

  /** @param peer `ipv4:1.2.3.4:5678` as gRPC writes it. @throws Refusal RESOURCE_EXHAUSTED */
  admit(peer: string): void {
    const now = this.clock.now();
    if (now - this.#since > WINDOW_MS || this.#knocks.size > MAX_ADDRESSES) {
      this.#knocks.clear();
      this.#since = now;
    }
    const address = peer.slice(0, peer.lastIndexOf(':'));
    const knocks = (this.#knocks.get(address) ?? 0) + 1;
    this.#knocks.set(address, knocks);
    if (knocks > this.config.enrolment.knocksPerMinute) throw new Refusal(status.RESOURCE_EXHAUSTED, 'too many requests from this address: try again in a minute');
  }
}
