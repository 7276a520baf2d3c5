import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { sleep } from '@openstation/kit';
import { identityOf, type ProcessIdentity } from '../processes/index.js';
import { LogFile } from './log-file.js';
import { afterExit, describeExit, type ProcessState } from './restart.machine.js';

export interface ProcessSpec {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  /** Asks for a clean stop. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopGraceMs: number;
  /** Runs before every start, such as fetching a join token while there is no identity yet. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
  /** Asked after an end with exit code 0: why it is not to be started again; undefined when it is. */
  readonly finished?: () => Promise<string | undefined>;
  /** Work beside, at the lowest priority: once it has ended, well or not, it is not started again. */
  readonly once?: boolean;
}

/** What is known of a supervised process, for `status` and for the next supervisor. */
export interface ProcessRecord {
  readonly name: string;
  readonly state: ProcessState;
  readonly identity: ProcessIdentity | null;
  readonly restarts: number;
  readonly note: string;
  readonly stopSignal: NodeJS.Signals;
}

/** Keeps one program running until it is told to stop. */
export class SupervisedProcess {
  #state: ProcessState = 'stopped';
  #identity: ProcessIdentity | null = null;
  #starts = 0;
  #quickDeaths = 0;
  #note = '';
  #lastEnd = '';
  #child: ChildProcess | undefined;
  #loop: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #log: LogFile;

  /** `changed` is called, synchronously, after every change of `record`. */
  constructor(readonly spec: ProcessSpec, private readonly changed: (line: string) => void) {
    this.#log = new LogFile(spec.logFile);
  }

  get record(): ProcessRecord {
    return {
      name: this.spec.name, state: this.#state, identity: this.#identity, restarts: Math.max(0, this.#starts - 1), note: this.#note, stopSignal: this.spec.stopSignal,
    };
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Cuts the log when it has grown; called now and then. */
  rotateLog(): void {
    this.#log.rotateIfLarge();
  }

  /** Ends the process for good: politely, then by force. */
  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#child) this.#become('stopping', '');
    this.#child?.kill(this.spec.stopSignal);
    const force = setTimeout(() => this.#child?.kill('SIGKILL'), this.spec.stopGraceMs);
    const group = this.spec.once ? this.#child?.pid : undefined;
    await this.#loop;
    clearTimeout(force);
    if (group !== undefined) endGroup(group);
    this.#become('stopped', '');
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const started = performance.now();
      const exit = await this.#once();
      if (this.#stop.signal.aborted) return;
      const ranMs = performance.now() - started;
      const finished = exit.code === 0 ? await this.spec.finished?.() : undefined;
      if (this.#stop.signal.aborted) return;
      const decision = afterExit({ ...exit, ranMs, quickDeaths: this.#quickDeaths, finished });
      const what = exit.error ?? `ended with ${describeExit(exit)}`;
      if (this.spec.once) {
        this.#become(exit.code === 0 ? 'stopped' : 'failed', exit.code === 0 ? 'done' : what);
        return;
      }
      this.#lastEnd = what;
      if (decision.next === 'end') {
        this.#become('stopped', decision.reason);
        return;
      }
      if (decision.next === 'give-up') {
        this.#become('failed', `${what}: ${decision.reason}`);
        return;
      }
      this.#quickDeaths = decision.quickDeaths;
      this.#become('waiting', `${what}; starts again in ${decision.delayMs} ms`);
      await sleep(decision.delayMs, this.#stop.signal);
    }
  }

  async #once(): Promise<{ code: number | null; signal: string | null; error?: string }> {
    this.#become('starting', this.#note);
    try {
      await this.spec.prepare?.(this.#stop.signal);
      if (this.#stop.signal.aborted) return { code: 0, signal: null };
      return await this.#spawn();
    } catch (error) {
      return { code: 1, signal: null, error: `could not be started: ${(error as Error).message}` };
    }
  }

  #spawn(): Promise<{ code: number | null; signal: string | null }> {
    return new Promise((resolve, reject) => {
      const { program, args, cwd, env } = this.spec;
      const descriptor = this.#log.open();
      // A group of its own: Ctrl-C in the terminal reaches only the supervisor, which then stops all in order.
      const child = spawn(program, args, { cwd, env: { ...env }, detached: true, stdio: ['ignore', descriptor, descriptor] });
      this.#child = child;
      this.#starts += 1;
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#child = undefined;
        this.#identity = null;
        resolve({ code, signal });
      });
      if (child.pid !== undefined) {
        this.#identity = identityOf(child.pid) ?? null;
        if (this.spec.once) setPriority(child.pid, constants.priority.PRIORITY_LOW);
      }
      this.#become('running', this.#lastEnd === '' ? '' : `last time it ${this.#lastEnd}`);
      if (this.#stop.signal.aborted) child.kill(this.spec.stopSignal);
    });
  }

  #become(state: ProcessState, note: string): void {
    if (state === this.#state && note === this.#note) return;
    this.#state = state;
    this.#note = note;
    this.changed(`${this.spec.name}: ${state}${this.#identity ? ` as pid ${this.#identity.pid}` : ''}${note ? ` (${note})` : ''}`);
  }
}

/** What a process had started itself and left behind; each of ours leads a group of its own. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
