import { isEnded } from '../instances/index.js';
import { failedForGood } from './retry.js';
import type { ObservedInstance, WantedService } from './service-facts.js';

/** It gets requests and answers them, as far as anybody can tell. */
export function serves({ ready, unknown, state }: ObservedInstance): boolean {
  return ready && !unknown && !isEnded(state);
}

/** The newest revision cannot be started, and an older one is there to go on with. */
export function rolloutFailed({ revision, provenRevision }: WantedService, living: readonly ObservedInstance[]): boolean {
  if (!living.some((instance) => !instance.outdated && failedForGood(instance))) return false;
  return living.some(({ outdated }) => outdated) || (provenRevision !== undefined && provenRevision !== revision);
}

/**
 * The slot whose instance is replaced by one of the newest revision now; undefined: none. One after the other, those that
 * serve nobody first; none while a new one is on its way elsewhere, or once the new revision turned out not to start.
 */
export function rolloutTurn(service: WantedService, living: readonly ObservedInstance[]): number | undefined {
  const of = (slot: number) => living.filter((instance) => instance.slot === slot);
  const outdated = service.slots.map(({ slot }) => slot).filter((slot) => of(slot).some((instance) => instance.outdated));
  if (outdated.length === 0 || rolloutFailed(service, living)) return undefined;
  const begun = outdated.find((slot) => of(slot).some((instance) => !instance.outdated));
  if (begun !== undefined) return begun;
  const busy = living.some((instance) => !instance.outdated && !serves(instance) && !instance.noPlace && service.slots.some(({ slot }) => slot === instance.slot));
  if (busy || service.rolloutHeld) return undefined;
  return outdated.find((slot) => !of(slot).some(serves)) ?? outdated[0];
}

/** Which revision a new instance runs: the newest, unless that one does not start and an older one did. */
export function revisionFor(service: WantedService, failed: boolean, previous: ObservedInstance | undefined): number {
  if (!failed) return service.revision;
  if (previous?.outdated && previous.wasReady) return previous.revision;
  return service.provenRevision ?? service.revision;
}
