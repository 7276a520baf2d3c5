import { Injectable } from '@nestjs/common';
import { Audit, SYSTEM_ACTOR } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { Store, newId } from '../store/index.js';
import { InitialPasswordFile } from './initial-password-file.js';
import { PasswordHasher } from './password-hasher.js';
import { randomPassword } from './password-rules.js';
import { usernameKey } from './username.js';
import { User } from './users.store.js';

const USERNAME = 'admin';
const EXPIRY_MS = 72 * 3_600_000;

/**
 * Makes the administrator of a new installation. There is no page on which the first visitor becomes one, and
 * no published password: a random one is written to a file that only the operating system's user can read.
 */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly store: Store,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
    private readonly audit: Audit,
    private readonly file: InitialPasswordFile,
  ) {}

  /** Does nothing when there was ever a user. @returns the file when a password was written. */
  async ensure(): Promise<string | undefined> {
    if (await this.store.manager.exists(User)) return undefined;
    const password = randomPassword();
    const passwordHash = await this.hasher.hash(password);
    // The file comes first: killed in between, the next start writes both again.
    await this.file.write(password);
    await this.store.transaction(async (tx) => {
      const now = this.clock.now();
      const id = newId();
      await tx.manager.insert(User, {
        id, username: USERNAME, usernameKey: usernameKey(USERNAME), email: null, role: 'admin', enabled: true, builtIn: true, passwordHash,
        mustChangePassword: true, passwordExpiresAt: now + EXPIRY_MS, createdAt: now, lastSignInAt: null, deletedAt: null,
      });
      await this.audit.record(tx, SYSTEM_ACTOR, 'user.create', { type: 'user', id, name: USERNAME }, { role: 'admin', builtIn: true });
    });
    return this.file.path;
  }
}
