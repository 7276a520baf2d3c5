import { describe, expect, it } from 'vitest';
import { formatMemberUri, memberFromSubjectAltName, parseMemberUri } from './member-identity.js';

describe('member identity', () => {
  it.each([
    { clusterId: 'c1', role: 'agent', id: 'n-1' },
    { clusterId: 'c1', role: 'gateway', id: 'g1' },
    { clusterId: 'c1', role: 'control', id: '' },
  ] as const)('reads back $role', (identity) => {
    expect(parseMemberUri(formatMemberUri(identity))).toEqual(identity);
  });

  it('does not take a node for the controller', () => {
    expect(parseMemberUri('spiffe://c1/agent/control')?.role).toBe('agent');
    expect(parseMemberUri('spiffe://c1/control/x')).toBeUndefined();
  });

  it('finds the member among other names', () => {
    expect(memberFromSubjectAltName('DNS:localhost, URI:spiffe://c1/agent/n1, IP Address:127.0.0.1')?.id).toBe('n1');
    expect(memberFromSubjectAltName(undefined)).toBeUndefined();
  });
});
