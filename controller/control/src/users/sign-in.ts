import { Injectable } from '@nestjs/common';
import { Audit } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ApiError, type CallerIdentity } from '../http/index.js';
import { Store } from '../store/index.js';
import { InitialPasswordFile } from './initial-password-file.js';
import { PasswordHasher } from './password-hasher.js';
import { refuseKnownPassword } from './password-rules.js';
import { Sessions } from './sessions.js';
import { SignInThrottle } from './sign-in-throttle.js';
import { meView, type MeView } from './user-view.js';
import { usernameKey } from './username.js';
import { User } from './users.store.js';

export interface SignedIn {
  readonly me: MeView;
  /** Value for the session cookie. */
  readonly token: string;
}

/** Proving who one is, and the own password. */
@Injectable()
export class SignIn {
  readonly #throttle = new SignInThrottle();

  constructor(
    private readonly store: Store,
    private readonly hasher: PasswordHasher,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly file: InitialPasswordFile,
  ) {}

  /** @throws ApiError `wrong-credentials`, `account-disabled`, `password-expired`, `too-many` */
  async signIn(username: string, password: string, source: { address: string; userAgent: string }): Promise<SignedIn> {
    const account = usernameKey(username).slice(0, 128);
    this.#requirePatience(account, source.address);
    const user = await this.store.manager.findOneBy(User, { usernameKey: account });
    if (!(await this.hasher.matches(password, user?.passwordHash)) || !user) {
      this.#throttle.failed(account, source.address, this.clock.now());
      throw new ApiError('wrong-credentials', 'user name or password is wrong');
    }
    this.#throttle.succeeded(account, source.address);
    // Only somebody who knows the password learns what is the matter with the account.
    if (!user.enabled) throw new ApiError('account-disabled', 'this account is disabled; ask an administrator');
    if (user.passwordExpiresAt !== null && user.passwordExpiresAt < this.clock.now()) {
      throw new ApiError('password-expired', 'this first password has expired; ask an administrator to reset it');
    }
    return this.#begin(user, source);
  }

  async signOut(caller: CallerIdentity): Promise<void> {
    const { userId, sessionId } = caller;
    if (sessionId !== null) await this.store.transaction((tx) => this.sessions.end(tx, userId, sessionId));
  }

  /** @throws ApiError `bad-request` naming the field, `too-many` */
  async changePassword(caller: CallerIdentity, current: string, next: string): Promise<SignedIn> {
    const { userId, sessionId, address } = caller;
    if (sessionId === null) throw new ApiError('bad-request', 'local administration has no password; reset the password of a user instead');
    const account = usernameKey(caller.username);
    this.#requirePatience(account, address);
    const user = await this.store.manager.findOneByOrFail(User, { id: userId });
    if (!(await this.hasher.matches(current, user.passwordHash))) {
      this.#throttle.failed(account, address, this.clock.now());
      throw new ApiError('bad-request', 'current: is not your password', { field: 'current' });
    }
    if (next === current) throw new ApiError('bad-request', 'next: must differ from the current password', { field: 'next' });
    refuseKnownPassword(next, user.username, 'next');
    const passwordHash = await this.hasher.hash(next);
    const token = await this.store.transaction(async (tx) => {
      // The old hash is a condition: of two changes at the same time one wins and the other fails.
      const { affected } = await tx.manager.update(User, { id: userId, passwordHash: user.passwordHash, enabled: true }, { passwordHash, mustChangePassword: false, passwordExpiresAt: null });
      if (affected !== 1) throw new ApiError('conflict', 'the password or the account was changed at the same time; sign in again');
      await this.sessions.endAll(tx, userId, sessionId);
      await this.audit.record(tx, caller, 'user.change-password', { type: 'user', id: userId, name: user.username });
      tx.afterCommit(() => this.feed.publish({ topic: 'users', id: userId, kind: 'changed' }));
      return this.sessions.renewToken(tx, sessionId);
    });
    if (user.builtIn) await this.file.remove();
    return { me: meView({ id: userId, username: user.username, email: user.email, role: user.role, mustChangePassword: false }), token };
  }

  async #begin(user: User, source: { address: string; userAgent: string }): Promise<SignedIn> {
    const session = await this.store.transaction(async (tx) => {
      const { affected } = await tx.manager.update(User, { id: user.id, passwordHash: user.passwordHash, enabled: true }, { lastSignInAt: this.clock.now() });
      if (affected !== 1) throw new ApiError('wrong-credentials', 'user name or password is wrong');
      await this.audit.record(tx, { userId: user.id, username: user.username, address: source.address }, 'session.begin', { type: 'user', id: user.id, name: user.username });
      return this.sessions.begin(tx, { userId: user.id, ...source });
    });
    this.feed.publish({ topic: 'users', id: user.id, kind: 'changed' });
    return { me: meView(user), token: session.token };
  }

  #requirePatience(account: string, address: string): void {
    const waitMs = this.#throttle.waitMs(account, address, this.clock.now());
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    throw new ApiError('too-many', `too many wrong tries; wait ${retryAfterSeconds} s`, { retryAfterSeconds });
  }
}
