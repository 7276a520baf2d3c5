import { Injectable } from '@nestjs/common';
import { apiKeyDigest, newApiKey } from '@openstation/proto';
import { randomBytes } from 'node:crypto';
import { In, IsNull, LessThan } from 'typeorm';
import { Audit } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ChangeFeed, Views } from '../events/index.js';
import { ApiError, type CallerIdentity } from '../http/index.js';
import { Vault } from '../secrets/index.js';
import { Store, type Tx } from '../store/index.js';
import { can } from './permissions.js';
import { keyView, type KeyView } from './user-view.js';
import { ApiKey, User, type ApiKeyRow } from './users.store.js';

const MAX_ACTIVE_PER_USER = 100;
/** When a key was last used is kept coarsely: reading it must not cost a write per call. */
export const LAST_USED_STEP_MS = 5 * 60_000;

/** What gateways must know to check keys. */
export interface GatewayKeys {
  readonly pepper: Uint8Array;
  readonly entries: readonly { keyId: string; digest: Uint8Array; userId: string; username: string; ownerEnabled: boolean; expiresAt: number | null }[];
}

/** API keys: shown once, kept as a digest. A user may have several. */
@Injectable()
export class Keys {
  #pepper: Promise<Buffer> | undefined;

  constructor(
    private readonly store: Store,
    private readonly vault: Vault,
    private readonly clock: Clock,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    views: Views,
  ) {
    views.register('keys', (id) => this.find(id), (key, caller) => (key as KeyView).userId === caller.userId || can(caller.role, 'keys.any'));
  }

  /** The keys of one user (local administration: of all), newest first; revoked ones too, so that calls made with them can be explained. */
  async list(caller: CallerIdentity, userId: string | undefined): Promise<KeyView[]> {
    if (userId === undefined && caller.isLocalAdmin) return this.#listAll();
    const owner = await this.#owner(caller, userId);
    const keys = await this.store.manager.find(ApiKey, { where: { userId: owner.id }, order: { createdAt: 'DESC', id: 'DESC' } });
    return keys.map((key) => keyView(key, owner.username));
  }

  async #listAll(): Promise<KeyView[]> {
    const names = new Map((await this.store.manager.find(User)).map(({ id, username }) => [id, username]));
    const keys = await this.store.manager.find(ApiKey, { order: { createdAt: 'DESC', id: 'DESC' } });
    return keys.map((key) => keyView(key, names.get(key.userId) ?? ''));
  }

  async find(id: string): Promise<KeyView | undefined> {
    const key = await this.store.manager.findOneBy(ApiKey, { id });
    const owner = key && (await this.store.manager.findOneBy(User, { id: key.userId }));
    return key && owner ? keyView(key, owner.username) : undefined;
  }

  /** @throws ApiError `not-found`, `forbidden`, `bad-request`, `conflict` */
  async create(caller: CallerIdentity, wish: { userId?: string | undefined; label: string; expiresAt: string | null }): Promise<{ key: KeyView; secret: string }> {
    const owner = await this.#owner(caller, wish.userId);
    const now = this.clock.now();
    const expiresAt = wish.expiresAt === null ? null : Date.parse(wish.expiresAt);
    if (expiresAt !== null && expiresAt <= now) throw new ApiError('bad-request', 'expiresAt: must lie in the future', { field: 'expiresAt' });
    const { id, text } = newApiKey();
    const digest = (await this.digestOf(text)).toString('hex');
    const key: ApiKeyRow = { id, userId: owner.id, label: wish.label, lastFour: text.slice(-4), digest, createdAt: now, lastUsedAt: null, expiresAt, revokedAt: null };
    await this.store.transaction(async (tx) => {
      if ((await tx.manager.countBy(ApiKey, { userId: owner.id, revokedAt: IsNull() })) >= MAX_ACTIVE_PER_USER) {
        throw new ApiError('conflict', `${owner.username} has ${MAX_ACTIVE_PER_USER} keys already; revoke some first`);
      }
      await tx.manager.insert(ApiKey, key);
      await this.audit.record(tx, caller, 'key.create', { type: 'key', id, name: wish.label }, { owner: owner.username, expiresAt: wish.expiresAt });
      this.#tell(tx, key);
    });
    return { key: keyView(key, owner.username), secret: text };
  }

  /** Idempotent. Keys of others do not exist for those who may not see them. @throws ApiError `not-found` */
  async revoke(caller: CallerIdentity, id: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      const key = await tx.manager.findOneBy(ApiKey, { id });
      if (!key || (key.userId !== caller.userId && !can(caller.role, 'keys.any'))) throw new ApiError('not-found', 'there is no such key');
      const { affected } = await tx.manager.update(ApiKey, { id, revokedAt: IsNull() }, { revokedAt: this.clock.now() });
      if (affected === 0) return;
      await this.audit.record(tx, caller, 'key.revoke', { type: 'key', id, name: key.label });
      this.#tell(tx, key);
    });
  }

  async revokeAll(tx: Tx, userId: string): Promise<void> {
    const keys = await tx.manager.findBy(ApiKey, { userId, revokedAt: IsNull() });
    await tx.manager.update(ApiKey, { userId, revokedAt: IsNull() }, { revokedAt: this.clock.now() });
    for (const key of keys) this.#tell(tx, key);
  }

  /** How many keys work, by user. */
  async countsByUser(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.store.manager
      .createQueryBuilder(ApiKey, 'k').select('k.userId', 'userId').addSelect('count(*)', 'keys').where('k.revokedAt is null').groupBy('k.userId')
      .getRawMany<{ userId: string; keys: number | string }>();
    return new Map(rows.map(({ userId, keys }) => [userId, Number(keys)]));
  }

  async count(userId: string): Promise<number> {
    return this.store.manager.countBy(ApiKey, { userId, revokedAt: IsNull() });
  }

  /** HMAC-SHA-256 of the whole key, 32 bytes. */
  async digestOf(text: string): Promise<Buffer> {
    return apiKeyDigest(await this.#getPepper(), text);
  }

  /** All keys that may work, with the state of their owners. */
  async forGateways(): Promise<GatewayKeys> {
    const keys = await this.store.manager.findBy(ApiKey, { revokedAt: IsNull() });
    const owners = new Map((await this.store.manager.findBy(User, { deletedAt: IsNull() })).map((user) => [user.id, user]));
    const entries = keys.flatMap(({ id, digest, userId, expiresAt }) => {
      const owner = owners.get(userId);
      return owner ? [{ keyId: id, digest: Buffer.from(digest, 'hex'), userId, username: owner.username, ownerEnabled: owner.enabled, expiresAt }] : [];
    });
    return { pepper: await this.#getPepper(), entries };
  }

  /** Notes that these keys were used at this time; does nothing when that is known closely enough. */
  async markUsed(tx: Tx, ids: readonly string[], at: number): Promise<void> {
    const before = at - LAST_USED_STEP_MS;
    await tx.manager.update(ApiKey, [{ id: In(ids), lastUsedAt: IsNull() }, { id: In(ids), lastUsedAt: LessThan(before) }], { lastUsedAt: at });
  }

  async #owner(caller: CallerIdentity, userId: string | undefined): Promise<User> {
    if (userId === undefined && caller.isLocalAdmin) throw new ApiError('bad-request', 'userId: local administration has no keys of its own; name a user', { field: 'userId' });
    const id = userId ?? caller.userId;
    const owner = id === caller.userId || can(caller.role, 'keys.any') ? await this.store.manager.findOneBy(User, { id, deletedAt: IsNull() }) : null;
    if (!owner) throw new ApiError('not-found', 'userId: there is no such user', { field: 'userId' });
    return owner;
  }

  #getPepper(): Promise<Buffer> {
    return (this.#pepper ??= this.vault.getOrMake('api-key-pepper', () => randomBytes(32)));
  }

  #tell(tx: Tx, { id, userId }: ApiKeyRow): void {
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'routes', id: 'keys', kind: 'changed' });
      this.feed.publish({ topic: 'keys', id, kind: 'changed' });
      this.feed.publish({ topic: 'users', id: userId, kind: 'changed' });
    });
  }
}
