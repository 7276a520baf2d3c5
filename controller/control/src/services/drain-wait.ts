import type { ObservedInstance, ServiceAction } from './service-facts.js';

/** Without word from the gateways, what a retired instance is answering gets so long to come to its end. */
export const RETIRE_MS = 30_000;
/** So long after it was retired no gateway passes it anything any more; what they say from then on is believed. */
export const SETTLE_MS = 3_000;
/** The longest answer that is waited for. */
export const LONGEST_ANSWER_MS = 600_000;
const LOOK_AGAIN_MS = 1_000;

/** No new calls, then the end once the old ones are over, or have had their time. */
export function drainOut({ id, retiredAt, inFlight }: ObservedInstance, now: number): ServiceAction[] {
  if (retiredAt === undefined) return [{ kind: 'retire', instanceId: id }];
  const settled = retiredAt + SETTLE_MS;
  if (inFlight === 0 && now >= settled) return [{ kind: 'stop', instanceId: id }];
  const end = retiredAt + (inFlight === undefined ? RETIRE_MS : LONGEST_ANSWER_MS);
  if (now >= end) return [{ kind: 'stop', instanceId: id }];
  // Gateways may speak any second: what they say is looked for, not waited out.
  return [{ kind: 'wake', at: Math.min(end, Math.max(settled, now + LOOK_AGAIN_MS)) }];
}
