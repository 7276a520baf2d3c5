import { describe, expect, it } from 'vitest';
import { keyState } from './key-state';

describe('keyState', () => {
  const now = new Date('2026-11-23T12:00:00Z');

  it('is active until it expires or is revoked', () => {
    expect(keyState({ revokedAt: null, expiresAt: null }, now)).toBe('active');
    expect(keyState({ revokedAt: null, expiresAt: '2026-11-23T12:00:01Z' }, now)).toBe('active');
    expect(keyState({ revokedAt: null, expiresAt: '2026-11-23T12:00:00Z' }, now)).toBe('expired');
    expect(keyState({ revokedAt: '2026-11-01T00:00:00Z', expiresAt: '2026-11-02T00:00:00Z' }, now)).toBe('revoked');
  });
});
