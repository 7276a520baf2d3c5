import type { HostKeys } from '../../api';

/** The fingerprint to confirm at first: the one that is pinned already, else the Ed25519 key, else the first. */
export function bestKey(keys: HostKeys['keys'], pinned: string | null): string {
  return (keys.find(({ fingerprint }) => fingerprint === pinned) ?? keys.find(({ algorithm }) => algorithm === 'ssh-ed25519') ?? keys[0])?.fingerprint ?? '';
}
