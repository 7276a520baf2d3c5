import { z } from 'zod';
import { displayName, id, instant } from '../http/common.schema.js';
import { defineRoutes } from '../http/route.js';
import { permissions, roles } from './permissions.js';

/** The guide's rule: 8 characters at least, one digit, one lower-case letter, one of !@#$%^&*? */
export const password = z
  .string()
  .min(8, 'must have 8 characters at least')
  .max(128, 'must have 128 characters at most')
  .regex(/\d/, 'must contain a digit')
  .regex(/[a-z]/, 'must contain a lower-case letter')
  .regex(/[!@#$%^&*?]/, 'must contain one of ! @ # $ % ^ & * ?');

export const userSchema = z
  .object({
    id, username: z.string(), email: z.string().nullable(), role: z.enum(roles),
    status: z.enum(['enabled', 'disabled']), builtIn: z.boolean(), keyCount: z.number().int(),
    createdAt: instant, lastSignInAt: instant.nullable(),
  })
  .meta({ id: 'User' });

export const meSchema = z
  .object({
    id, username: z.string(), email: z.string().nullable(), role: z.enum(roles),
    mustChangePassword: z.boolean(), permissions: z.array(z.enum(permissions)),
  })
  .meta({ id: 'Me' });

export const sessionSchema = z
  .object({
    id, current: z.boolean(), address: z.string(), userAgent: z.string(), createdAt: instant, lastSeenAt: instant,
  })
  .meta({ id: 'SignInSession' });

export const keySchema = z
  .object({
    id: z.string(), userId: id, username: z.string(), label: z.string(), lastFour: z.string(),
    createdAt: instant, lastUsedAt: instant.nullable(), expiresAt: instant.nullable(), revokedAt: instant.nullable(),
  })
  .meta({ id: 'ApiKey' });

export const routes = defineRoutes({
  signIn: {
    method: 'POST', path: '/session', can: 'public', summary: 'Sign in; sets the session cookie',
    body: z.object({ username: z.string().min(1).max(128), password: z.string().min(1).max(128) }), response: meSchema,
  },
  signOut: { method: 'DELETE', path: '/session', can: 'self', summary: 'Sign out of this session' },
  me: { method: 'GET', path: '/me', can: 'self', summary: 'Who is signed in and what they may do', response: meSchema },
  changePassword: {
    method: 'POST', path: '/me/password', can: 'self', summary: 'Change the own password; ends all other sessions',
    body: z.object({ current: z.string().min(1).max(128), next: password }), response: meSchema,
  },
  mySessions: { method: 'GET', path: '/me/sessions', can: 'signed-in', summary: 'Own sign-in sessions', response: z.array(sessionSchema) },
  endSession: { method: 'DELETE', path: '/me/sessions/:id', can: 'signed-in', summary: 'End one of the own sessions' },
  listUsers: { method: 'GET', path: '/users', can: 'users.read', summary: 'All users, newest first', response: z.array(userSchema) },
  createUser: {
    method: 'POST', path: '/users', can: 'users.write', status: 201, summary: 'Create a user with a random password, shown once',
    body: z.object({ username: displayName, email: z.email().max(254).nullable().default(null), role: z.enum(roles).default('user') }),
    response: z.object({ user: userSchema, password: z.string() }).meta({ id: 'CreatedUser' }),
  },
  updateUser: {
    method: 'PATCH', path: '/users/:id', can: 'users.write', summary: 'Change e-mail, role or status of a user',
    body: z.object({ email: z.email().max(254).nullable().optional(), role: z.enum(roles).optional(), status: z.enum(['enabled', 'disabled']).optional() }),
    response: userSchema,
  },
  resetPassword: {
    method: 'POST', path: '/users/:id/reset-password', can: 'users.write', summary: 'Set a new random password, shown once',
    response: z.object({ password: z.string() }).meta({ id: 'ResetPassword' }),
  },
  deleteUser: { method: 'DELETE', path: '/users/:id', can: 'users.write', summary: 'Delete a user and revoke all keys' },
  listKeys: {
    method: 'GET', path: '/keys', can: 'keys.own', summary: 'API keys: the own ones, or with keys.any those of any user',
    query: z.object({ userId: id.optional() }), response: z.array(keySchema),
  },
  createKey: {
    method: 'POST', path: '/keys', can: 'keys.own', status: 201, summary: 'Create an API key; its secret is shown once',
    body: z.object({ userId: id.optional(), label: z.string().trim().min(1).max(64), expiresAt: instant.nullable().default(null) }),
    response: z.object({ key: keySchema, secret: z.string() }).meta({ id: 'CreatedApiKey' }),
  },
  revokeKey: { method: 'DELETE', path: '/keys/:id', can: 'keys.own', summary: 'Revoke an API key; takes effect within a second' },
});
