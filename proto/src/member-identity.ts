/**
 * Names inside member certificates: `spiffe://<cluster>/<kind>/<id>`.
 * The controller's own certificate carries `spiffe://<cluster>/control`, so that a stolen node
 * certificate can never pass for the controller.
 */
export type MemberRole = 'agent' | 'gateway' | 'control';

export interface MemberIdentity {
  readonly clusterId: string;
  readonly role: MemberRole;
  /** Empty for `control`. */
  readonly id: string;
}

export function formatMemberUri(identity: MemberIdentity): string {
  const path = identity.role === 'control' ? 'control' : `${identity.role}/${identity.id}`;
  return `spiffe://${identity.clusterId}/${path}`;
}

/** Reads a member URI; undefined when it is not one of ours. */
export function parseMemberUri(uri: string): MemberIdentity | undefined {
  const match = /^spiffe:\/\/([a-z0-9-]+)\/(?:(control)|(agent|gateway)\/([a-zA-Z0-9-]+))$/.exec(uri);
  if (!match) return undefined;
  const [, clusterId = '', control, role, id = ''] = match;
  if (control) return { clusterId, role: 'control', id: '' };
  return { clusterId, role: role as MemberRole, id };
}

/** Finds the member among the names of a certificate as Node prints them (`URI:spiffe://…, DNS:…`). */
export function memberFromSubjectAltName(subjectAltName: string | undefined): MemberIdentity | undefined {
  for (const name of (subjectAltName ?? '').split(', ')) {
    const identity = name.startsWith('URI:') ? parseMemberUri(name.slice('URI:'.length)) : undefined;
    if (identity) return identity;
  }
  return undefined;
}
