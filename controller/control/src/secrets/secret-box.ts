import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Secret } from './secret.js';

const VERSION = 'v1';
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts what must be stored but not read from a stolen database: AES-256-GCM under a key derived per record
 * (HKDF-SHA-256 of the master key with a random salt). The context, e.g. `authority|private-key|<row id>`, is
 * authenticated: a ciphertext moved to another row or column does not open.
 */
export class SecretBox {
  readonly #master: Secret<Uint8Array>;

  constructor(masterKey: Uint8Array) {
    if (masterKey.length !== 32) throw new Error('the master key must have 32 bytes');
    this.#master = new Secret(masterKey);
  }

  /** Text of the form `v1.<base64url>`, about 1.4 times as long as the bytes plus 64 characters. */
  seal(context: string, bytes: Uint8Array): string {
    const salt = randomBytes(SALT_BYTES);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#recordKey(context, salt), nonce).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return `${VERSION}.${Buffer.concat([salt, nonce, cipher.getAuthTag(), body]).toString('base64url')}`;
  }

  /** @throws Error when the text was changed, sealed for another context, or sealed under another master key. */
  open(context: string, text: string): Buffer {
    const [version, encoded] = text.split('.');
    if (version !== VERSION || encoded === undefined) throw new Error(`${context}: not a sealed value`);
    const all = Buffer.from(encoded, 'base64url');
    const salt = all.subarray(0, SALT_BYTES);
    const nonce = all.subarray(SALT_BYTES, SALT_BYTES + NONCE_BYTES);
    const tag = all.subarray(SALT_BYTES + NONCE_BYTES, SALT_BYTES + NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#recordKey(context, salt), nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
      return Buffer.concat([decipher.update(all.subarray(SALT_BYTES + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new Error(`${context}: the stored secret does not open with this master key`, { cause: error });
    }
  }

  #recordKey(context: string, salt: Uint8Array): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#master.reveal(), salt, `openstation ${VERSION} ${context}`, 32));
  }
}
