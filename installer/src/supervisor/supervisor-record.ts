import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError, type DataDirectory, type Settings } from '../install/index.js';
import { identityOf, isAlive, type ProcessIdentity } from '../processes/index.js';
import type { ProcessRecord } from './supervised-process.js';

export interface SupervisorRecord {
  readonly supervisor: ProcessIdentity;
  /** Null before they are known, and where only an agent lives. */
  readonly settings: Settings | null;
  readonly processes: readonly ProcessRecord[];
}

const FILE = 'supervisor.json';

/**
 * The one file that says who supervises this data directory and what was started. Written synchronously right
 * after every start, so that whoever comes after a supervisor that was killed knows all that it left behind.
 */
export class SupervisorFile {
  readonly #path: string;
  readonly #self: ProcessIdentity;

  constructor(data: DataDirectory) {
    this.#path = join(data.run, FILE);
    const self = identityOf(process.pid);
    if (!self) throw new Error('this process is not in /proc');
    this.#self = self;
  }

  /**
   * Takes the data directory over and returns what an earlier supervisor left.
   * @throws UserError when one is at work
   */
  claim(): readonly ProcessRecord[] {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    const claim = `${this.#path}.claim`;
    try {
      // Two starters at the same moment: only one can make this file.
      writeFileSync(claim, `${process.pid}`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || isRunning(Number(readFileSync(claim, 'utf8')))) {
        throw new UserError('another start of this data directory is under way', 75); // EX_TEMPFAIL
      }
      writeFileSync(claim, `${process.pid}`, { mode: 0o600 });
    }
    try {
      const before = this.read();
      if (before && isAlive(before.supervisor)) {
        throw new UserError(`already running as pid ${before.supervisor.pid}: see ./openstation status, end it with ./openstation down`, 75);
      }
      this.#replace({ supervisor: this.#self, settings: before?.settings ?? null, processes: before?.processes ?? [] });
      return before?.processes ?? [];
    } finally {
      rmSync(claim, { force: true });
    }
  }

  read(): SupervisorRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as SupervisorRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  write(settings: Settings | null, processes: readonly ProcessRecord[]): void {
    this.#replace({ supervisor: this.#self, settings, processes });
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  #replace(record: SupervisorRecord): void {
    const next = `${this.#path}.new`;
    writeFileSync(next, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
    renameSync(next, this.#path);
  }
}

function isRunning(pid: number): boolean {
  return pid > 0 && identityOf(pid) !== undefined;
}

/** The record of a supervisor that is alive, else undefined. */
export function liveSupervisor(data: DataDirectory): SupervisorRecord | undefined {
  const record = new SupervisorFile(data).read();
  return record && isAlive(record.supervisor) ? record : undefined;
}

/** What a dead supervisor left running; empty while one is alive. */
export function leftovers(data: DataDirectory): ProcessRecord[] {
  const record = new SupervisorFile(data).read();
  if (!record || isAlive(record.supervisor)) return [];
  return record.processes.filter(({ identity }) => identity !== null && isAlive(identity));
}
