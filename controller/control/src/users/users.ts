import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import { Audit } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { ApiError, type CallerIdentity } from '../http/index.js';
import { Store, isUniqueViolation, newId, type Tx } from '../store/index.js';
import { InitialPasswordFile } from './initial-password-file.js';
import { Keys } from './keys.js';
import { PasswordHasher } from './password-hasher.js';
import { randomPassword } from './password-rules.js';
import type { Role } from './permissions.js';
import { Sessions } from './sessions.js';
import { userView, type UserView } from './user-view.js';
import { usernameKey } from './username.js';
import { User } from './users.store.js';

/** A password that somebody hands on must be used within this time. */
const HANDED_PASSWORD_MS = 7 * 24 * 3_600_000;

export interface UserChange {
  readonly email?: string | null | undefined;
  readonly role?: Role | undefined;
  readonly status?: 'enabled' | 'disabled' | undefined;
}

/** The people of this installation, as an administrator keeps them. */
@Injectable()
export class Users {
  constructor(
    private readonly store: Store,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly file: InitialPasswordFile,
    views: Views,
  ) {
    views.register('users', (id) => this.find(id));
  }

  async list(): Promise<UserView[]> {
    const users = await this.store.manager.find(User, { where: { deletedAt: IsNull() }, order: { createdAt: 'DESC', id: 'DESC' } });
    const counts = await this.keys.countsByUser();
    return users.map((user) => userView(user, counts.get(user.id) ?? 0));
  }

  async find(id: string): Promise<UserView | undefined> {
    const user = await this.store.manager.findOneBy(User, { id, deletedAt: IsNull() });
    return user ? userView(user, await this.keys.count(id)) : undefined;
  }

  /** Names by id, those of deleted users too. */
  async names(): Promise<ReadonlyMap<string, string>> {
    const users = await this.store.manager.find(User, { select: { id: true, username: true } });
    return new Map(users.map(({ id, username }) => [id, username]));
  }

  /** @throws ApiError `conflict` when the name is taken. */
  async create(caller: CallerIdentity, wish: { username: string; email: string | null; role: Role }): Promise<{ user: UserView; password: string }> {
    const password = randomPassword();
    const passwordHash = await this.hasher.hash(password);
    const id = newId();
    const now = this.clock.now();
    const username = wish.username.normalize('NFC');
    try {
      await this.store.transaction(async (tx) => {
        await tx.manager.insert(User, {
          id, username, usernameKey: usernameKey(username), email: wish.email, role: wish.role, enabled: true, builtIn: false, passwordHash,
          mustChangePassword: true, passwordExpiresAt: now + HANDED_PASSWORD_MS, createdAt: now, lastSignInAt: null, deletedAt: null,
        });
        await this.audit.record(tx, caller, 'user.create', { type: 'user', id, name: username }, { role: wish.role, email: wish.email });
        this.#tell(tx, id, 'changed');
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `username: ${username} is taken`, { field: 'username' });
      throw error;
    }
    return { user: await this.#require(id), password };
  }

  /** @throws ApiError `not-found`, `conflict` */
  async update(caller: CallerIdentity, id: string, wish: UserChange): Promise<UserView> {
    await this.store.transaction(async (tx) => {
      const user = await this.#lock(tx, id);
      const next = { email: wish.email === undefined ? user.email : wish.email, role: wish.role ?? user.role, enabled: wish.status === undefined ? user.enabled : wish.status === 'enabled' };
      const losesRights = next.role !== user.role || (user.enabled && !next.enabled);
      if (losesRights) await this.#requireAnotherAdmin(tx, caller, user, 'change the role or status of');
      await tx.manager.update(User, { id }, next);
      if (losesRights) await this.sessions.endAll(tx, id);
      await this.audit.record(tx, caller, 'user.update', { type: 'user', id, name: user.username }, changesOf(user, next));
      this.#tell(tx, id, 'changed');
    });
    return this.#require(id);
  }

  /** @throws ApiError `not-found` */
  async resetPassword(caller: CallerIdentity, id: string): Promise<string> {
    const password = randomPassword();
    const passwordHash = await this.hasher.hash(password);
    const builtIn = await this.store.transaction(async (tx) => {
      const user = await this.#lock(tx, id);
      await tx.manager.update(User, { id }, { passwordHash, mustChangePassword: true, passwordExpiresAt: this.clock.now() + HANDED_PASSWORD_MS });
      await this.sessions.endAll(tx, id);
      await this.audit.record(tx, caller, 'user.reset-password', { type: 'user', id, name: user.username });
      this.#tell(tx, id, 'changed');
      return user.builtIn;
    });
    if (builtIn) await this.file.remove();
    return password;
  }

  /** Calls of the user stay in the log under their name. @throws ApiError `not-found`, `conflict` */
  async delete(caller: CallerIdentity, id: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      const user = await this.#lock(tx, id);
      if (user.builtIn) throw new ApiError('conflict', `${user.username} is the built-in administrator and stays; disable it when another administrator exists`);
      await this.#requireAnotherAdmin(tx, caller, user, 'delete');
      await tx.manager.update(User, { id }, { usernameKey: null, email: null, passwordHash: '', enabled: false, deletedAt: this.clock.now() });
      await this.sessions.endAll(tx, id);
      await this.keys.revokeAll(tx, id);
      await this.audit.record(tx, caller, 'user.delete', { type: 'user', id, name: user.username });
      this.#tell(tx, id, 'removed');
    });
  }

  async #lock(tx: Tx, id: string): Promise<User> {
    const user = await tx.manager.findOneBy(User, { id, deletedAt: IsNull() });
    if (!user) throw new ApiError('not-found', 'there is no such user');
    return user;
  }

  /** Nobody locks themselves or everybody out by a slip. */
  async #requireAnotherAdmin(tx: Tx, caller: CallerIdentity, user: User, deed: string): Promise<void> {
    if (caller.userId === user.id) throw new ApiError('conflict', `you cannot ${deed} your own account; another administrator can`);
    if (user.role !== 'admin' || !user.enabled) return;
    const others = await tx.manager.countBy(User, { id: Not(user.id), role: 'admin', enabled: true, deletedAt: IsNull() });
    if (others === 0) throw new ApiError('conflict', `${user.username} is the only administrator who can sign in; make another one first`);
  }

  async #require(id: string): Promise<UserView> {
    const user = await this.find(id);
    if (!user) throw new ApiError('not-found', 'there is no such user');
    return user;
  }

  #tell(tx: Tx, id: string, kind: 'changed' | 'removed'): void {
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'users', id, kind });
      this.feed.publish({ topic: 'routes', id: 'keys', kind: 'changed' });
    });
  }
}

function changesOf(before: User, after: Pick<User, 'email' | 'role' | 'enabled'>): Record<string, unknown> {
  const fields = ['email', 'role', 'enabled'] as const;
  return Object.fromEntries(fields.filter((field) => before[field] !== after[field]).map((field) => [field, { from: before[field], to: after[field] }]));
}
