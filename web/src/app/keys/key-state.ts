import type { ApiKey } from '../api';
import type { Tone } from '../ui-kit';

export type KeyState = 'active' | 'expired' | 'revoked';
export const keyTone: Readonly<Record<KeyState, Tone>> = { active: 'ok', expired: 'warn', revoked: 'idle' };

export function keyState({ revokedAt, expiresAt }: Pick<ApiKey, 'revokedAt' | 'expiresAt'>, now: Date): KeyState {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && new Date(expiresAt) <= now ? 'expired' : 'active';
}
