import { Injectable } from '@nestjs/common';
import { createHash, randomBytes } from 'node:crypto';
import { In, LessThan, Not } from 'typeorm';
import { Clock } from '../config/index.js';
import { Identities, endStreamsOf, type CallerIdentity } from '../http/index.js';
import { Settings } from '../settings/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { SignInSession, User } from './users.store.js';

const ABSOLUTE_MS = 12 * 3_600_000;
const MAX_PER_USER = 10;
/** The moment last seen is written at most this often: reading should not mean writing. */
const SEEN_STEP_MS = 60_000;

export interface NewSession {
  readonly userId: string;
  readonly address: string;
  readonly userAgent: string;
}

/** Sign-in sessions: rows, not tokens that carry their own truth, so that ending one ends it. */
@Injectable()
export class Sessions extends Identities {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {
    super();
  }

  /** @returns the cookie's value: 256 random bits. */
  async begin(tx: Tx, wish: NewSession): Promise<{ id: string; token: string }> {
    const now = this.clock.now();
    const token = newToken();
    const id = newId();
    await this.#makeRoom(tx, wish.userId);
    await tx.manager.insert(SignInSession, {
      id, tokenDigest: digestOf(token), userId: wish.userId, address: wish.address.slice(0, 64), userAgent: wish.userAgent.slice(0, 255), createdAt: now, lastSeenAt: now,
    });
    return { id, token };
  }

  override async fromSession(token: string, address: string): Promise<CallerIdentity | undefined> {
    const session = await this.store.manager.findOneBy(SignInSession, { tokenDigest: digestOf(token) });
    if (!session || this.#isOver(session)) return undefined;
    const user = await this.store.manager.findOneBy(User, { id: session.userId });
    if (!user || !user.enabled || user.deletedAt !== null) return undefined;
    await this.#seen(session);
    return {
      userId: user.id, username: user.username, role: user.role, sessionId: session.id, address, isLocalAdmin: false, mustChangePassword: user.mustChangePassword,
    };
  }

  override async isAlive(sessionId: string): Promise<boolean> {
    const session = await this.store.manager.findOneBy(SignInSession, { id: sessionId });
    return session !== null && !this.#isOver(session);
  }

  async list(userId: string): Promise<SignInSession[]> {
    const sessions = await this.store.manager.find(SignInSession, { where: { userId }, order: { createdAt: 'DESC' } });
    return sessions.filter((session) => !this.#isOver(session));
  }

  /** Ends one session of this user. @returns whether there was one. */
  async end(tx: Tx, userId: string, id: string): Promise<boolean> {
    const { affected } = await tx.manager.delete(SignInSession, { id, userId });
    tx.afterCommit(() => endStreamsOf(new Set([id])));
    return affected === 1;
  }

  /** Ends all sessions of a user but one, in the transaction that takes their reason away. */
  async endAll(tx: Tx, userId: string, exceptId?: string): Promise<void> {
    const where = { userId, ...(exceptId === undefined ? {} : { id: Not(exceptId) }) };
    const ids = (await tx.manager.find(SignInSession, { where, select: { id: true } })).map(({ id }) => id);
    if (ids.length === 0) return;
    await tx.manager.delete(SignInSession, { id: In(ids) });
    tx.afterCommit(() => endStreamsOf(new Set(ids)));
  }

  /** A new token for the same session: what was known of it before the change of rights is worth nothing after. */
  async renewToken(tx: Tx, id: string): Promise<string> {
    const token = newToken();
    await tx.manager.update(SignInSession, { id }, { tokenDigest: digestOf(token), lastSeenAt: this.clock.now() });
    return token;
  }

  /** Deletes what is over. */
  async sweep(): Promise<void> {
    const now = this.clock.now();
    const { sessionIdleMinutes } = this.settings.current();
    await this.store.transaction(async ({ manager }) => {
      await manager.delete(SignInSession, { createdAt: LessThan(now - ABSOLUTE_MS) });
      await manager.delete(SignInSession, { lastSeenAt: LessThan(now - sessionIdleMinutes * 60_000 - SEEN_STEP_MS) });
    });
  }

  async #makeRoom(tx: Tx, userId: string): Promise<void> {
    const sessions = await tx.manager.find(SignInSession, { where: { userId }, order: { lastSeenAt: 'DESC' } });
    const surplus = sessions.slice(MAX_PER_USER - 1).map(({ id }) => id);
    if (surplus.length === 0) return;
    await tx.manager.delete(SignInSession, { id: In(surplus) });
    tx.afterCommit(() => endStreamsOf(new Set(surplus)));
  }

  #isOver({ createdAt, lastSeenAt }: SignInSession): boolean {
    const now = this.clock.now();
    return now - createdAt > ABSOLUTE_MS || now - lastSeenAt > this.settings.current().sessionIdleMinutes * 60_000;
  }

  async #seen({ id, lastSeenAt }: SignInSession): Promise<void> {
    const now = this.clock.now();
    if (now - lastSeenAt < SEEN_STEP_MS) return;
    await this.store.transaction(({ manager }) => manager.update(SignInSession, { id }, { lastSeenAt: now }));
  }
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
