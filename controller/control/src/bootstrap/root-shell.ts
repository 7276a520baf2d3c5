import type { JobCredential } from './job-credential.js';
import { JobFault } from './job-fault.js';
import type { Command, SshConnection } from './ssh-connection.js';

/** root: signed in as root. sudo: with a password. sudo-free: sudo asks for none. none: not to be had. */
export type RootMode = 'root' | 'sudo' | 'sudo-free' | 'none';

const ASK_MS = 20_000;
/** The password goes through standard input; `-k` makes sudo ask each time, so that it never stays in the stream for the command. */
const SUDO = { sudo: "LC_ALL=C sudo -S -p '' -k --", 'sudo-free': 'LC_ALL=C sudo -n -k --' } as const;

/** Commands as root, whichever way the signed-in user gets there. */
export class RootShell {
  private constructor(
    private readonly connection: SshConnection,
    private readonly credential: JobCredential,
    readonly mode: RootMode,
    /** Why not, when the mode is none. */
    readonly refusal: string,
  ) {}

  static async on(connection: SshConnection, credential: JobCredential, signal: AbortSignal): Promise<RootShell> {
    const as = (mode: RootMode, refusal = '') => new RootShell(connection, credential, mode, refusal);
    if ((await ask(connection, 'id -u', undefined, signal)).out === '0') return as('root');
    if ((await ask(connection, `${SUDO['sudo-free']} true`, undefined, signal)).code === 0) return as('sudo-free');
    const password = credential.sudoPassword;
    if (!password) return as('none', 'the user is not root, and sudo asks for a password that was not given');
    const answer = await ask(connection, `${SUDO.sudo} id -u`, `${password.reveal()}\n`, signal);
    return answer.code === 0 && answer.out.split('\n').includes('0') ? as('sudo') : as('none', whyNot(answer));
  }

  /** @throws JobFault as `SshConnection.exec`; "no-sudo" when there is no way to root */
  async run(command: string, { input, ...limits }: Command, signal: AbortSignal): Promise<number> {
    if (this.mode === 'none') throw new JobFault('no-sudo', this.refusal);
    if (this.mode === 'root') return this.connection.exec(command, { input, ...limits }, signal);
    const password = this.mode === 'sudo' ? `${this.credential.sudoPassword?.reveal() ?? ''}\n` : '';
    return this.connection.exec(`${SUDO[this.mode]} sh -c ${quoted(command)}`, { input: password + (input ?? ''), ...limits }, signal);
  }
}

/** A word for a POSIX shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

async function ask(connection: SshConnection, command: string, input: string | undefined, signal: AbortSignal): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await connection.exec(command, { input, timeoutMs: ASK_MS, onLine: (line, error) => void (error ? err : out).push(line) }, signal);
  return { code, out: out.join('\n').trim(), err: err.join(' ').trim() };
}

function whyNot({ code, err }: { code: number; err: string }): string {
  if (code === 127 || /not found/i.test(err)) return 'the user is not root, and the server has no sudo';
  if (/tty/i.test(err)) return 'sudo insists on a terminal: take "requiretty" out of /etc/sudoers for this user';
  if (/not (in the sudoers|allowed)|may not run/i.test(err)) return 'this user may not use sudo on the server: add it to the sudo or wheel group';
  if (/incorrect|try again|no password|authentication failure/i.test(err)) return 'sudo refuses this password';
  return `sudo refuses: ${err.slice(-300) || `exit code ${code}`}`;
}
