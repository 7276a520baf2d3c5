import ssh2 from 'ssh2';
import type { z } from 'zod';
import { ApiError } from '../http/index.js';
import type { credentialSchema } from './bootstrap.schema.js';
import { Secret } from './secret.js';

/** How one job signs in, in memory only. */
export class JobCredential {
  private constructor(
    readonly password: Secret | undefined,
    readonly privateKey: Secret | undefined,
    readonly passphrase: Secret | undefined,
    /** What sudo may ask for. */
    readonly sudoPassword: Secret | undefined,
  ) {}

  /** @throws ApiError when the private key cannot be read, which no server needs to be asked for */
  static of(input: z.infer<typeof credentialSchema>): JobCredential {
    if (input.kind === 'password') {
      const password = new Secret(input.password);
      return new JobCredential(password, undefined, undefined, password);
    }
    const parsed = ssh2.utils.parseKey(input.privateKey, input.passphrase);
    if (parsed instanceof Error) {
      const locked = /passphrase/i.test(parsed.message);
      throw new ApiError('invalid', locked ? 'the private key is encrypted: its passphrase is missing or wrong' : 'this is not a private key in OpenSSH or PEM form', {
        field: locked ? 'credential.passphrase' : 'credential.privateKey',
      });
    }
    const secret = (text: string | undefined) => (text === undefined || text === '' ? undefined : new Secret(text));
    return new JobCredential(undefined, new Secret(input.privateKey), secret(input.passphrase), secret(input.sudoPassword));
  }

  /** Every text that must not show in a log. */
  values(): string[] {
    const lines = [this.password, this.passphrase, this.sudoPassword].flatMap((secret) => (secret ? [secret.reveal()] : []));
    const keyLines = this.privateKey?.reveal().split('\n').map((line) => line.trim()).filter((line) => line.length >= 16 && !line.startsWith('-----')) ?? [];
    return [...new Set([...lines, ...keyLines])];
  }

  wipe(): void {
    for (const secret of [this.password, this.privateKey, this.passphrase, this.sudoPassword]) secret?.wipe();
  }
}
