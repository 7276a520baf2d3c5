import { randomBytes } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../store/index.js';
import { SecretBox } from './secret-box.js';
import { SealedSecret } from './secrets.store.js';
import { Vault } from './vault.js';

export interface Secrets {
  readonly box: SecretBox;
  readonly vault: Vault;
}

const CHECK = 'master-key-check';
const KEY_BYTES = 32;

/**
 * Opens `<dataDir>/master.key`, or makes it for a new database. It is never made again for a database that
 * already holds secrets: they would be lost without a word.
 * @throws Error when the file is missing, readable by others, or not the one of this database.
 */
export async function openSecrets(dataDir: string, store: Store): Promise<Secrets> {
  const path = join(dataDir, 'master.key');
  const used = await store.manager.existsBy(SealedSecret, { name: CHECK });
  const key = (await readKey(path)) ?? (used ? refuseMissing(path) : await makeKey(path));
  const box = new SecretBox(key);
  const vault = new Vault(store, box);
  await vault.getOrMake(CHECK, () => Buffer.from(CHECK));
  return { box, vault };
}

async function readKey(path: string): Promise<Buffer | undefined> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o037) !== 0) throw new Error(`${path}: is open to other users; run chmod 600 on it`);
    const key = await readFile(path);
    if (key.length !== KEY_BYTES) throw new Error(`${path}: must hold ${KEY_BYTES} bytes, not ${key.length}; restore it from a backup`);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function refuseMissing(path: string): never {
  throw new Error(`${path}: is missing, but the database holds secrets sealed with it; restore the file from a backup`);
}

async function makeKey(path: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(key);
    await file.sync();
  } finally {
    await file.close();
  }
  return key;
}
