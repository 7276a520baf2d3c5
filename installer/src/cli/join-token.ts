import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UserError } from '../install/index.js';

export interface TokenSource {
  /** Absolute path, when the token lies in a file. */
  readonly file: string | undefined;
  readonly input: NodeJS.ReadStream;
  /** Where a person is asked. */
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Longer than any token: whatever else was piped in by mistake is not read to its end. */
const LARGEST_BYTES = 4096;
const EX_NOINPUT = 66;
const EX_DATAERR = 65;

/**
 * The join token from a file, from standard input, or asked for on a terminal without echo.
 * @throws UserError when it is not one, without repeating it
 */
export async function readJoinToken(source: TokenSource): Promise<string> {
  const text = source.file === undefined ? await fromInput(source) : await fromFile(source.file);
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

function fromInput(source: TokenSource): Promise<string> {
  return source.input.isTTY ? ask(source) : readAll(source);
}

async function readAll({ input, signal }: TokenSource): Promise<string> {
  const onAbort = () => input.destroy(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    let text = '';
    for await (const part of input) {
      text += (part as Buffer).toString();
      if (text.length > LARGEST_BYTES) break;
    }
    return text;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function ask({ input, output, signal }: TokenSource): Promise<string> {
  output.write('  Join token (not shown): ');
  // Read line by line as a terminal does, with everything that would be echoed thrown away.
  const lines = createInterface({ input, output: new Writable({ write: (_part, _encoding, done) => done() }), terminal: true, signal });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT')); // raw mode keeps it from the kernel
      lines.once('close', () => (signal.aborted ? reject(signal.reason as Error) : resolve('')));
    });
  } finally {
    lines.close();
    output.write('\n');
  }
}
