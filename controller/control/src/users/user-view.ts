import type { z } from 'zod';
import type { CallerIdentity } from '../http/index.js';
import { permissionsOfRole } from './permissions.js';
import type { keySchema, meSchema, sessionSchema, userSchema } from './users.schema.js';
import type { ApiKeyRow, SignInSession, User } from './users.store.js';

export type UserView = z.infer<typeof userSchema>;
export type MeView = z.infer<typeof meSchema>;
export type KeyView = z.infer<typeof keySchema>;
export type SessionView = z.infer<typeof sessionSchema>;

export function userView(user: User, keyCount: number): UserView {
  return {
    id: user.id, username: user.username, email: user.email, role: user.role, status: user.enabled ? 'enabled' : 'disabled', builtIn: user.builtIn,
    keyCount, createdAt: iso(user.createdAt), lastSignInAt: isoOrNull(user.lastSignInAt),
  };
}

export function meView(user: Pick<User, 'id' | 'username' | 'email' | 'role' | 'mustChangePassword'>): MeView {
  return {
    id: user.id, username: user.username, email: user.email, role: user.role, mustChangePassword: user.mustChangePassword, permissions: [...permissionsOfRole[user.role]],
  };
}

export function localAdminView(caller: CallerIdentity): MeView {
  return meView({ id: caller.userId, username: caller.username, email: null, role: caller.role, mustChangePassword: false });
}

export function keyView(key: ApiKeyRow, username: string): KeyView {
  return {
    id: key.id, userId: key.userId, username, label: key.label, lastFour: key.lastFour, createdAt: iso(key.createdAt),
    lastUsedAt: isoOrNull(key.lastUsedAt), expiresAt: isoOrNull(key.expiresAt), revokedAt: isoOrNull(key.revokedAt),
  };
}

export function sessionView(session: SignInSession, currentId: string | null): SessionView {
  return {
    id: session.id, current: session.id === currentId, address: session.address, userAgent: session.userAgent,
    createdAt: iso(session.createdAt), lastSeenAt: iso(session.lastSeenAt),
  };
}

function iso(instant: number): string {
  return new Date(instant).toISOString();
}

function isoOrNull(instant: number | null): string | null {
  return instant === null ? null : iso(instant);
}
