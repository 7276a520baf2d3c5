import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { deadline } from '@openstation/kit';

export interface ProcessSpec {
  readonly name: string;
  readonly command: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Start again after an exit that nobody asked for, as the supervisor does. Absent: stay down. */
  readonly respawnAfterMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One process of the product: started, killed, brought back, stopped. Its output goes to one log file. */
export class ManagedProcess {
  readonly name: string;
  /** How often it was started. */
  starts = 0;
  #child: ChildProcess | undefined;
  #stopping = false;
  #respawn: NodeJS.Timeout | undefined;
  readonly #spec: ProcessSpec;

  constructor(spec: ProcessSpec) {
    this.#spec = spec;
    this.name = spec.name;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  start(): void {
    if (this.running) throw new Error(`${this.name} is already running`);
    this.#stopping = false;
    const [program = '', ...args] = this.#spec.command;
    const log = openSync(this.#spec.logFile, 'a', 0o600);
    const child = spawn(program, args, { env: { ...cleanEnvironment(), ...this.#spec.env }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.starts += 1;
    this.#child = child;
    child.once('error', (error) => process.stderr.write(`${this.name}: ${error.message}\n`));
    child.once('exit', () => {
      if (this.#stopping || this.#spec.respawnAfterMs === undefined) return;
      this.#respawn = setTimeout(() => this.start(), this.#spec.respawnAfterMs);
    });
  }

  /** SIGKILL, and wait until the kernel says it is dead. */
  async kill9(): Promise<void> {
    const child = this.#alive();
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await deadline(exit, 5000, `death of ${this.name}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#alive().kill(signal);
  }

  /** Asks it to go and waits. One that does not go in time is killed, and that is an error. */
  async stop(signal: NodeJS.Signals, timeoutMs: number): Promise<Exit> {
    this.#stopping = true;
    clearTimeout(this.#respawn);
    const child = this.#child;
    if (child === undefined || !this.running) return { code: child?.exitCode ?? null, signal: child?.signalCode ?? null };
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    child.kill(signal);
    try {
      const [code, by] = await deadline(exit, timeoutMs, `stop of ${this.name} after ${signal}`);
      return { code, signal: by };
    } catch (error) {
      child.kill('SIGKILL');
      await exit;
      throw error;
    }
  }

  #alive(): ChildProcess {
    if (this.#child === undefined || !this.running) throw new Error(`${this.name} is not running`);
    return this.#child;
  }
}

/** What a service manager would give a process: nothing of the tester's shell but the pinned Node on PATH. */
function cleanEnvironment(): Record<string, string> {
  return { PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: process.env['HOME'] ?? '/', LANG: 'C.UTF-8' };
}
