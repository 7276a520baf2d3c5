import type { BootstrapJob } from './bootstrap-job.js';
import { JobFault } from './job-fault.js';
import type { PayloadFile } from './node-payload.js';
import { quoted, type RootShell } from './root-shell.js';
import type { SshConnection } from './ssh-connection.js';

const WORK = '/var/lib/openstation/bootstrap';
const QUICK_MS = 120_000;
const MARK = '#openstation ';

export interface PayloadCall {
  readonly words: readonly string[];
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly progress?: (ratio: number) => void;
}

/** Runs steps of the payload as root on the server of a job. */
export class PayloadRunner {
  constructor(
    private readonly job: BootstrapJob,
    private readonly connection: SshConnection,
    private readonly shell: RootShell,
    private readonly payload: PayloadFile,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws JobFault with the code and words of the payload, or of the connection */
  async run({ words, input, timeoutMs = QUICK_MS, progress }: PayloadCall): Promise<void> {
    const path = await this.#laidDown();
    let fault: JobFault | undefined;
    const onLine = (line: string, error: boolean) => {
      if (!line.startsWith(MARK)) return this.job.log.line(line, error);
      const [verb = '', first = '', ...rest] = line.slice(MARK.length).split(' ');
      if (verb === 'progress') progress?.(Math.min(1, Number(first) || 0));
      else if (verb === 'fail') fault = new JobFault(first.slice(0, 64), rest.join(' '));
    };
    const code = await this.shell.run(`exec sh ${quoted(path)} ${words.map(quoted).join(' ')}`, { input, timeoutMs, onLine }, this.signal);
    if (code !== 0) throw fault ?? new JobFault('step-failed', `the step ended with exit code ${code}: the log shows its last words`);
  }

  /**
   * Puts a file into the root-only directory. Another user than root writes it into a directory of its own first; root
   * takes it from there.
   * @returns its path
   */
  async place(from: string, name: string, limits: { timeoutMs: number; onBytes?: (bytes: number) => void }): Promise<string> {
    const target = `${WORK}/${name}`;
    await this.#must(`(umask 022; mkdir -p /var/lib/openstation) && mkdir -p -m 700 ${WORK} && chmod 700 ${WORK} && chown 0:0 ${WORK}`, 'the directory /var/lib/openstation/bootstrap cannot be made: is the disk full or read-only?');
    if (this.shell.mode === 'root') {
      await this.connection.upload(from, `${target}.part`, limits, this.signal);
      await this.#must(`mv -f ${quoted(`${target}.part`)} ${quoted(target)}`, `${target} cannot be written: is the disk full?`);
      return target;
    }
    const own = await this.#ownDirectory();
    try {
      await this.connection.upload(from, `${own}/file`, limits, this.signal);
      await this.#must(`cp ${quoted(`${own}/file`)} ${quoted(`${target}.part`)} && mv -f ${quoted(`${target}.part`)} ${quoted(target)} && chown 0:0 ${quoted(target)} && chmod 600 ${quoted(target)}`, `${target} cannot be written: is the disk full?`);
    } finally {
      if (!this.connection.lost && !this.signal.aborted) await this.connection.exec(`rm -rf ${quoted(own)}`, { timeoutMs: 20_000 }, this.signal);
    }
    return target;
  }

  /** The payload under a name with its digest, so that one that runs is never overwritten; checked before each first use of a connection. */
  async #laidDown(): Promise<string> {
    if (this.job.payloadPath !== undefined) return this.job.payloadPath;
    const name = `node.${this.payload.sha256.slice(0, 12)}.sh`;
    const path = `${WORK}/${name}`;
    const check = `[ "$(sha256sum ${quoted(path)} 2>/dev/null | cut -d' ' -f1)" = ${this.payload.sha256} ]`;
    if ((await this.shell.run(check, { timeoutMs: 20_000 }, this.signal)) !== 0) {
      await this.place(this.payload.path, name, { timeoutMs: 60_000 });
      await this.#must(check, 'the script for this server arrived damaged');
    }
    return (this.job.payloadPath = path);
  }

  async #ownDirectory(): Promise<string> {
    const lines: string[] = [];
    const onLine = (line: string, error: boolean) => {
      if (!error) lines.push(line);
    };
    const make = 'umask 077; mktemp -d /var/tmp/openstation.XXXXXXXX 2>/dev/null || mktemp -d /tmp/openstation.XXXXXXXX';
    const code = await this.connection.exec(make, { timeoutMs: 20_000, onLine }, this.signal);
    const path = lines.at(-1) ?? '';
    if (code !== 0 || !/^\/[\w./-]+$/.test(path)) throw new JobFault('disk-full', 'no directory for the upload can be made in /var/tmp or /tmp: are they full?');
    return path;
  }

  async #must(command: string, otherwise: string): Promise<void> {
    const onLine = (line: string, error: boolean) => this.job.log.line(line, error);
    if ((await this.shell.run(command, { timeoutMs: 60_000, onLine }, this.signal)) !== 0) throw new JobFault('disk-full', otherwise);
  }
}
