import { RateLimit } from '@openstation/kit';
import type { MemberRecord } from '@openstation/member';
import type { RevokedMembers } from './data-plane/index.js';
import type { Journal } from './journal/index.js';
import { HttpPieceSource, ModelCache } from './model-cache/index.js';
import type { ControlCalls } from './session/index.js';

export interface CacheSurroundings {
  readonly root: string;
  readonly calls: ControlCalls;
  readonly member: () => MemberRecord;
  readonly revoked: RevokedMembers;
  readonly journal: Journal;
}

/** The model cache with its ways to the controller and to other nodes. */
export function openModelCache({ root, calls, member, revoked, journal }: CacheSurroundings): Promise<ModelCache> {
  const known = { member, isRevoked: (memberId: string) => revoked.has(memberId) };
  return ModelCache.open({
    root,
    directory: calls,
    limit: new RateLimit(undefined),
    now: Date.now,
    usedBy: (digest) => userOf(journal, digest),
    open: {
      controller: () => new HttpPieceSource({ ...known, kind: 'controller', name: 'the controller', address: () => member().sessionAddress, expected: { role: 'control', id: '' }, grant: () => '' }),
      node: (id, address, grant) => new HttpPieceSource({ ...known, kind: 'node', name: `the node at ${address}`, address: () => address, expected: { role: 'agent', id }, grant }),
    },
  });
}

/** The service of an instance that should run here and names the model. */
function userOf(journal: Journal, digest: string): string | undefined {
  const user = journal.all().find(({ desired, outcome, intent }) => desired === 'run' && !outcome && intent?.model?.manifestDigest.endsWith(digest));
  return user && `the service ${user.intent?.serviceName ?? user.instanceId}`;
}
