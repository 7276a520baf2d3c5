import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../install/index.js';

const EX_NOINPUT = 66;

/** Where the key of a checkout lies: beside the data directory, never in it, never in the repository. */
export function ownKeyFile(root: string): string {
  return join(root, '.release-key', 'ed25519.pem');
}

/**
 * The private key that signs releases: the given file, else this checkout's own, which is made when it is missing.
 * @throws UserError when a given file is no Ed25519 key, or others may read it
 */
export async function releaseKey(root: string, given: string | undefined): Promise<KeyObject> {
  const file = given ?? ownKeyFile(root);
  if (given === undefined) await makeOnce(file);
  let pem: string;
  try {
    pem = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`the release key ${file} cannot be read: ${(error as Error).message}`, EX_NOINPUT);
  }
  const key = keyOf(pem);
  if (key?.asymmetricKeyType !== 'ed25519') throw new UserError(`the release key ${file} is not an Ed25519 private key in PEM form: make one with openssl genpkey -algorithm ed25519`, EX_NOINPUT);
  return key;
}

async function makeOnce(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await chmod(dirname(file), 0o700);
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined; // the caller says which file
  }
}
