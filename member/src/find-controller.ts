import type { Logger } from '@openstation/kit';
import { findSession } from './find-session.js';
import type { OwnIdentity } from './own-identity.js';

/**
 * Asks the configured controller where its members connect now, and keeps the answer.
 * @returns true when the address is another one than before
 * @throws JoinError when the controller is away or not the one of this cluster
 */
export async function findController(identity: OwnIdentity, controlAddress: string, log: Logger, signal: AbortSignal): Promise<boolean> {
  const { authorityPem, sessionAddress: before } = identity.record;
  const sessionAddress = await findSession(controlAddress, authorityPem, signal);
  if (sessionAddress === before) return false;
  await identity.change({ sessionAddress });
  log.info({ before, now: sessionAddress }, 'the controller listens at another address now');
  return true;
}
