import { describe, expect, it } from 'vitest';
import type { ApiKey } from '../api';
import { expiryOf, inKeyOrder, keyState } from './key-state';

const now = Date.parse('2026-06-01T00:00:00Z');
const key = (over: Partial<ApiKey>): ApiKey => ({ id: 'k', createdAt: '2026-01-01T00:00:00Z', expiresAt: null, revokedAt: null, ...over }) as ApiKey;

describe('API keys', () => {
  it('is active until its end, and revoked beats expired', () => {
    expect(keyState(key({}), now)).toBe('active');
    expect(keyState(key({ expiresAt: '2026-06-01T00:00:01Z' }), now)).toBe('active');
    expect(keyState(key({ expiresAt: '2026-06-01T00:00:00Z' }), now)).toBe('expired');
    expect(keyState(key({ expiresAt: '2026-05-01T00:00:00Z', revokedAt: '2026-04-01T00:00:00Z' }), now)).toBe('revoked');
  });

  it('lists usable keys first, newest first', () => {
    const order = inKeyOrder([key({ id: 'gone', revokedAt: '2026-02-01T00:00:00Z', createdAt: '2026-05-01T00:00:00Z' }), key({ id: 'old' }), key({ id: 'new', createdAt: '2026-03-01T00:00:00Z' })], now);
    expect(order.map((each) => each.id)).toEqual(['new', 'old', 'gone']);
  });

  it('counts a lifetime from now', () => {
    expect(expiryOf('never', now)).toBeNull();
    expect(expiryOf('30', now)).toBe('2026-07-01T00:00:00.000Z');
  });
});
