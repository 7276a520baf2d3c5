import type { ApiKey } from '../api';

export type KeyState = 'active' | 'expired' | 'revoked';

export function keyState(key: ApiKey, now: number): KeyState {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'active';
}

/** Usable ones first, then by age, newest first. */
export function inKeyOrder(keys: readonly ApiKey[], now: number): readonly ApiKey[] {
  const rank = (key: ApiKey) => Number(keyState(key, now) !== 'active');
  return [...keys].sort((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt));
}

export const lifetimes = ['never', '30', '90', '365'] as const;
export type Lifetime = (typeof lifetimes)[number];

/** When a key made now ends; null for never. */
export function expiryOf(lifetime: Lifetime, now: number): string | null {
  return lifetime === 'never' ? null : new Date(now + Number(lifetime) * 86_400_000).toISOString();
}
