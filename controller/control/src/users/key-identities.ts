import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { parseApiKey, sameDigest } from '@openstation/proto';
import { Clock, LOGGER } from '../config/index.js';
import { ApiError, type CallerIdentity } from '../http/index.js';
import { Store } from '../store/index.js';
import { Keys, LAST_USED_STEP_MS } from './keys.js';
import { ApiKey, User } from './users.store.js';

export interface KeyCaller {
  readonly keyId: string;
  readonly caller: CallerIdentity;
}

/** Who calls the controller itself with an API key. Gateways check keys on their own, against the pushed route table. */
@Injectable()
export class KeyIdentities {
  constructor(
    private readonly store: Store,
    private readonly keys: Keys,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws ApiError `unauthenticated`; `account-disabled` for the right key of somebody who is disabled */
  async identify(text: string, address: string): Promise<KeyCaller> {
    const parts = parseApiKey(text);
    if (!parts) throw new ApiError('unauthenticated', 'this is not a whole API key (osk1_…): copy it again');
    const key = await this.store.manager.findOneBy(ApiKey, { id: parts.id });
    if (!key || !sameDigest(Buffer.from(key.digest, 'hex'), await this.keys.digestOf(text))) throw new ApiError('unauthenticated', 'this API key is not known here');
    const caller = await this.#owner(key, address);
    await this.#noteUse(key);
    return { keyId: key.id, caller };
  }

  /** The owner of a key that was identified before, as they are now. Asking does not count as use. @throws ApiError as `identify` */
  async identifyAgain({ keyId, caller }: KeyCaller): Promise<KeyCaller> {
    const key = await this.store.manager.findOneBy(ApiKey, { id: keyId });
    if (!key) throw new ApiError('unauthenticated', 'this API key is not known here');
    return { keyId, caller: await this.#owner(key, caller.address) };
  }

  async #owner({ userId, revokedAt, expiresAt }: ApiKey, address: string): Promise<CallerIdentity> {
    if (revokedAt !== null) throw new ApiError('unauthenticated', 'this API key was revoked: use another one');
    if (expiresAt !== null && expiresAt <= this.clock.now()) throw new ApiError('unauthenticated', 'this API key has expired: use another one');
    const user = await this.store.manager.findOneBy(User, { id: userId });
    if (!user || user.deletedAt !== null) throw new ApiError('unauthenticated', 'the owner of this API key was deleted');
    if (!user.enabled) throw new ApiError('account-disabled', `${user.username} is disabled; an administrator can enable the account`);
    // A password that waits for its change says nothing about the key, which works at the gateways too.
    return { userId: user.id, username: user.username, role: user.role, sessionId: null, address, isLocalAdmin: false, mustChangePassword: false };
  }

  async #noteUse({ id, lastUsedAt }: ApiKey): Promise<void> {
    const now = this.clock.now();
    if (lastUsedAt !== null && lastUsedAt >= now - LAST_USED_STEP_MS) return;
    try {
      await this.store.transaction((tx) => this.keys.markUsed(tx, [id], now));
    } catch (error) {
      this.logger.warn({ err: error, keyId: id }, 'the last use of a key could not be noted');
    }
  }
}
