import type { CallRecord } from '@openstation/proto';
import type { Logger } from '@openstation/kit';
import type { VerifiedKeys } from '../auth/index.js';
import type { InstanceLoad } from '../balancer/index.js';
import type { CallLimits } from '../limits/index.js';
import type { RouteSnapshot } from '../route-table/index.js';
import type { Upstream } from '../upstream/index.js';
import type { CallDemand } from './call-demand.js';
import type { LiveCalls } from './live-calls.js';

/** What every call needs of the gateway around it. */
export interface CallEnvironment {
  snapshot(): RouteSnapshot | undefined;
  upstream(): Upstream | undefined;
  report(record: CallRecord): void;
  readonly keys: VerifiedKeys;
  readonly load: InstanceLoad;
  readonly limits: CallLimits;
  readonly live: LiveCalls;
  readonly demand: CallDemand;
  readonly log: Logger;
  readonly bodyBytes: number;
  readonly uploadBytes: number;
  readonly timeouts: CallTimeouts;
}

/** Milliseconds. */
export interface CallTimeouts {
  /** Until the first byte of the answer's body. */
  readonly firstByteMs: number;
  /** Between two chunks of the answer, and for a client that takes nothing. */
  readonly idleMs: number;
  readonly totalMs: number;
  /** Between two comments in a stream that waits for an instance, and before the first. */
  readonly commentMs: number;
}
