import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface SecretInput {
  readonly input: NodeJS.ReadStream;
  /** Where a person is asked. */
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Longer than any token or password: whatever else was piped in by mistake is not read to its end. */
const LARGEST_BYTES = 4096;

/** A secret from standard input, or asked for on a terminal without echo. Never from an argument: those everybody can see. */
export function readSecret(source: SecretInput, prompt: string): Promise<string> {
  return source.input.isTTY ? ask(source, prompt) : readAll(source);
}

async function readAll({ input, signal }: SecretInput): Promise<string> {
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

async function ask({ input, output, signal }: SecretInput, prompt: string): Promise<string> {
  output.write(`  ${prompt}`);
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
