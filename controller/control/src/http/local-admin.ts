import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { writeFileAtomic } from '@openstation/kit';
import { join } from 'node:path';
import { Secret } from '../secrets/index.js';
import { LOCAL_ADMIN_ID, type Caller } from './caller.js';

/**
 * Administration from this machine's command line without a password: whoever can read the token file (mode
 * 0600, made anew at each start) is the operating system's administrator of the controller anyway.
 */
export class LocalAdmin {
  private constructor(private readonly token: Secret) {}

  static make(): LocalAdmin {
    return new LocalAdmin(new Secret(`oslocal_${randomBytes(32).toString('hex')}`));
  }

  /** Writes `<dataDir>/local-admin.token`. Done once the port is ours: a second controller must not replace the first one's. */
  async publish(dataDir: string): Promise<void> {
    await writeFileAtomic(join(dataDir, 'local-admin.token'), `${this.token.reveal()}\n`, 0o600);
  }

  /** The caller for the right token over loopback, else undefined. */
  identify(token: string, address: string): Caller | undefined {
    if (!isLoopback(address) || !timingSafeEqual(digestOf(token), digestOf(this.token.reveal()))) return undefined;
    return { userId: LOCAL_ADMIN_ID, username: LOCAL_ADMIN_ID, role: 'admin', sessionId: null, address, isLocalAdmin: true, mustChangePassword: false };
  }
}

export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
