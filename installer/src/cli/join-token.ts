import { readFile } from 'node:fs/promises';
import { UserError } from '../install/index.js';
import { readSecret, type SecretInput } from './secret-input.js';

export interface TokenSource extends SecretInput {
  /** Absolute path, when the token lies in a file. */
  readonly file: string | undefined;
}

const EX_NOINPUT = 66;
const EX_DATAERR = 65;

/**
 * The join token from a file, from standard input, or asked for on a terminal without echo.
 * @throws UserError when it is not one, without repeating it
 */
export async function readJoinToken(source: TokenSource): Promise<string> {
  const text = source.file === undefined ? await readSecret(source, 'Join token (not shown): ') : await fromFile(source.file);
  return checkedToken(text);
}

/** Complete as far as can be seen from here; whether it is good only the controller knows. @throws UserError */
export function checkedToken(text: string): string {
  const token = text.trim();
  if (token === '') throw new UserError("there is no join token: give it on standard input (printf '%s' '<token>' | ./openstation join …), or with --token-file. The console makes one: Nodes, Add node", EX_NOINPUT);
  if (/^osj1_[a-z2-7]{52}_[0-9a-f]{16}_[0-9a-f]{64}$/.test(token)) return token;
  throw new UserError('the join token is not complete: copy it again from the console', EX_DATAERR);
}

async function fromFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UserError(`--token-file: ${(error as Error).message}`, EX_NOINPUT);
  }
}
