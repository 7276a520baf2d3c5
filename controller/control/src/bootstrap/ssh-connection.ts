import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import ssh2, { type Client, type ClientChannel, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { dial } from './dial.js';
import { HOST_KEY_ALGORITHMS, fingerprintOf, type HostKeyAlgorithm } from './fingerprint.js';
import { CONNECT_MS } from './host-key-probe.js';
import type { JobCredential } from './job-credential.js';
import { JobFault } from './job-fault.js';
import { LogLines, plainText } from './log-lines.js';

/** What one command may say altogether; a server that says more is not well. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

export interface SshTarget {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: { readonly algorithm: HostKeyAlgorithm; readonly fingerprint: string };
}

export interface Command {
  readonly input?: string | undefined;
  readonly timeoutMs: number;
  readonly onLine?: (line: string, error: boolean) => void;
}

/** One connection to one server whose host key is pinned. Over for good once it is lost. */
export class SshConnection {
  #lost: JobFault | undefined;
  readonly #waiting = new Set<(fault: JobFault) => void>();

  private constructor(
    private readonly client: Client,
    /** Our side's address of the connection: an address at which the server surely finds this machine. */
    readonly localAddress: string,
    private readonly secrets: () => readonly string[],
  ) {
    client.on('error', (error) => this.#lose(`the SSH connection broke: ${plainText(error.message).slice(0, 200)}`));
    client.on('close', () => this.#lose('the SSH connection was closed'));
  }

  /**
   * Signs in. Nothing secret is sent before the host has shown that it has the pinned key: both the fingerprint and the
   * signature with that key are checked in the handshake, which comes before authentication.
   * @throws JobFault "unreachable", "not-ssh", "host-key-changed", "wrong-credentials", "timeout", "cancelled"
   */
  static async open(target: SshTarget, credential: JobCredential, secrets: () => readonly string[], signal: AbortSignal): Promise<SshConnection> {
    const started = performance.now();
    const socket = await dial(target.address, target.port, CONNECT_MS, signal);
    const localAddress = socket.localAddress ?? '';
    const client = new ssh2.Client();
    let refused = false;
    const limit = Math.max(1, CONNECT_MS - (performance.now() - started));
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new JobFault('timeout', `signing in took longer than ${CONNECT_MS / 1000} s`)), limit);
        const abort = () => reject(new JobFault('cancelled', 'the job was stopped'));
        const done = (finish: () => void) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', abort);
          finish();
        };
        signal.addEventListener('abort', abort, { once: true });
        client.once('ready', () => done(resolve));
        client.on('error', (error: Error & { level?: string }) => done(() => reject(signInFault(error, target, refused))));
        client.once('close', () => done(() => reject(new JobFault('connection-lost', 'the server closed the connection before the sign-in was complete'))));
        client.on('keyboard-interactive', (_name, _text, _language, prompts, answer) => answer(prompts.map(({ echo }) => (echo === true ? '' : (credential.password?.reveal() ?? '')))));
        client.connect({
          ...signIn(credential), sock: socket, username: target.user, readyTimeout: limit, keepaliveInterval: 10_000, keepaliveCountMax: 3,
          algorithms: { serverHostKey: [...HOST_KEY_ALGORITHMS[target.hostKey.algorithm]] },
          hostVerifier: (blob: Buffer) => {
            refused = fingerprintOf(blob) !== target.hostKey.fingerprint;
            return !refused;
          },
        });
      });
    } catch (error) {
      client.on('error', () => undefined);
      client.destroy();
      socket.destroy();
      throw error;
    } finally {
      forgetSecrets(client);
    }
    client.removeAllListeners('error').removeAllListeners('keyboard-interactive');
    return new SshConnection(client, localAddress, secrets);
  }

  get lost(): boolean {
    return this.#lost !== undefined;
  }

  /**
   * Runs a command without a terminal; lines come cleaned and with secrets taken out.
   * @returns its exit code
   * @throws JobFault "connection-lost", "timeout", "too-much-output", "cancelled"
   */
  async exec(command: string, { input, timeoutMs, onLine }: Command, signal: AbortSignal): Promise<number> {
    return this.#limited(timeoutMs, signal, (resolve: (code: number) => void, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error) return reject(new JobFault('connection-lost', `the server runs no commands: ${plainText(error.message)}`));
        const lines = { out: new LogLines((line) => onLine?.(line, false), this.secrets), err: new LogLines((line) => onLine?.(line, true), this.secrets) };
        let code: number | undefined;
        let bytes = 0;
        const take = (into: LogLines) => (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes <= MAX_OUTPUT_BYTES) return into.push(chunk);
          reject(new JobFault('too-much-output', `the server wrote more than ${MAX_OUTPUT_BYTES / 2 ** 20} MiB: the step was stopped`));
        };
        channel.on('data', take(lines.out));
        channel.stderr.on('data', take(lines.err));
        channel.on('exit', (status: number | null) => (code = status ?? 255));
        channel.on('close', () => {
          lines.out.end();
          lines.err.end();
          if (code === undefined) reject(new JobFault('connection-lost', 'the connection ended before the command did'));
          else resolve(code);
        });
        give(channel, input);
      });
    });
  }

  /**
   * Writes a file that only its owner reads: by SFTP, or through `cat` where the server offers none.
   * @throws JobFault "connection-lost", "timeout", "disk-full", "cancelled"
   */
  async upload(from: string, to: string, { timeoutMs, onBytes }: { timeoutMs: number; onBytes?: (bytes: number) => void }, signal: AbortSignal): Promise<void> {
    const sftp = await this.#limited(15_000, signal, (resolve: (sftp: SFTPWrapper | undefined) => void) => {
      this.client.sftp((error, wrapper) => resolve(error ? undefined : wrapper));
    });
    if (!sftp) return this.#pour(from, to, timeoutMs, signal);
    try {
      await this.#limited(timeoutMs, signal, (resolve: (value: undefined) => void, reject) => {
        sftp.fastPut(from, to, { mode: 0o600, step: (total) => onBytes?.(total) }, (error) => {
          if (error) reject(new JobFault('disk-full', `${to} could not be written (${plainText(error.message)}): is the disk full?`));
          else resolve(undefined);
        });
      });
    } finally {
      if (!this.lost) sftp.end();
    }
  }

  close(): void {
    this.#lose('the connection was closed by the controller');
    this.client.end();
    this.client.destroy();
  }

  async #pour(from: string, to: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const { size } = await stat(from);
    await this.#limited(timeoutMs, signal, (resolve: (value: undefined) => void, reject) => {
      this.client.exec(`umask 077; cat >'${to}' && [ "$(wc -c <'${to}')" -eq ${size} ]`, (error, channel) => {
        if (error) return reject(new JobFault('connection-lost', plainText(error.message)));
        let code: number | null = null;
        channel.on('exit', (status: number | null) => (code = status));
        channel.on('close', () => (code === 0 ? resolve(undefined) : reject(new JobFault('disk-full', `${to} could not be written: is the disk full?`))));
        channel.resume();
        channel.stderr.resume();
        createReadStream(from).on('error', reject).pipe(channel);
      });
    });
  }

  /** A deed that ends with the connection, the signal or the time limit at the latest. What ran too long takes the connection with it. */
  #limited<T>(timeoutMs: number, signal: AbortSignal, deed: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const end = (finish: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(lost);
        signal.removeEventListener('abort', abort);
        finish();
      };
      const stop = (fault: JobFault) => {
        end(() => reject(fault));
        this.close();
      };
      const lost = (fault: JobFault) => end(() => reject(fault));
      const abort = () => stop(new JobFault('cancelled', 'the job was stopped'));
      const timer = setTimeout(() => stop(new JobFault('timeout', `not done within ${Math.round(timeoutMs / 1000)} s`)), timeoutMs);
      this.#waiting.add(lost);
      if (this.#lost) return lost(this.#lost);
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      deed((value) => end(() => resolve(value)), (error) => (error instanceof JobFault && error.code === 'too-much-output' ? stop(error) : end(() => reject(error))));
    });
  }

  #lose(why: string): void {
    if (this.#lost) return;
    this.#lost = new JobFault('connection-lost', why);
    for (const tell of [...this.#waiting]) tell(this.#lost);
  }
}

function signIn({ password, privateKey, passphrase }: JobCredential): ConnectConfig {
  // Exactly the methods the credential is for; never an agent's keys, never forwarding.
  if (password) return { password: password.reveal(), tryKeyboard: true, authHandler: ['password', 'keyboard-interactive'] };
  return { privateKey: privateKey?.reveal() ?? '', ...(passphrase ? { passphrase: passphrase.reveal() } : {}), authHandler: ['publickey'] };
}

/** The library keeps what it was given for as long as the connection lives. */
function forgetSecrets(client: Client): void {
  const { config } = client as unknown as { config?: Record<string, unknown> };
  if (config) for (const name of ['password', 'privateKey', 'passphrase']) config[name] = undefined;
}

function signInFault(error: Error & { level?: string }, { user, address }: SshTarget, refused: boolean): JobFault {
  if (refused || /no matching host key/i.test(error.message)) {
    return new JobFault('host-key-changed', `${address} shows another host key than the confirmed one: somebody may be in between, or the server was set up anew. Nothing secret was sent. Compare the keys on the server; if it was set up anew, give up and add it again`);
  }
  if (error.level === 'client-authentication') return new JobFault('wrong-credentials', `the server refuses ${user} with this credential: check user and password or key, and whether sshd lets ${user} in this way`);
  if (error.level === 'client-timeout') return new JobFault('timeout', `signing in took longer than ${CONNECT_MS / 1000} s`);
  return new JobFault('not-ssh', `the sign-in over SSH failed: ${plainText(error.message).slice(0, 200)}`);
}

function give(channel: ClientChannel, input: string | undefined): void {
  // A command may end without reading its input.
  channel.on('error', () => undefined);
  channel.end(input ?? '');
}
