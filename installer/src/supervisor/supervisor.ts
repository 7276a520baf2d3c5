import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataDirectory, Settings } from '../install/index.js';
import { stopLeftovers } from './stop-leftovers.js';
import { SupervisedProcess, type ProcessRecord, type ProcessSpec } from './supervised-process.js';
import { SupervisorFile } from './supervisor-record.js';

const ROTATE_EVERY_MS = 10_000;

/**
 * Runs the product's processes and keeps them running. One per data directory. Processes are started in the order
 * they are added and stopped in the order of `stop`.
 */
export class Supervisor {
  readonly #file: SupervisorFile;
  readonly #processes: SupervisedProcess[] = [];
  #settings: Settings | null;
  #rotation: NodeJS.Timeout | undefined;

  constructor(private readonly data: DataDirectory, settings: Settings | null) {
    this.#file = new SupervisorFile(data);
    this.#settings = settings;
  }

  /** Takes the data directory, ends what a killed supervisor left there. @throws UserError when another one is at work */
  async begin(): Promise<string[]> {
    const left = await stopLeftovers(this.#file.claim());
    if (left.length > 0) this.#tell(`ended what an earlier supervisor left: ${left.join(', ')}`);
    this.#file.write(this.#settings, []);
    this.#rotation = setInterval(() => this.#rotate(), ROTATE_EVERY_MS);
    this.#rotation.unref();
    return left;
  }

  /** The final settings, known once the ports are. */
  settle(settings: Settings): void {
    this.#settings = settings;
    this.#file.write(settings, this.records());
  }

  add(spec: ProcessSpec): SupervisedProcess {
    const supervised = new SupervisedProcess(spec, (line) => {
      this.#file.write(this.#settings, this.records());
      this.#tell(line);
    });
    this.#processes.push(supervised);
    supervised.start();
    return supervised;
  }

  records(): ProcessRecord[] {
    return this.#processes.map(({ record }) => record);
  }

  /** Stops everything: doors first, then the nodes' work, the controller last so that it hears of both. */
  async stop(order: readonly string[]): Promise<void> {
    clearInterval(this.#rotation);
    const rank = (name: string) => (order.indexOf(name) + order.length + 1) % (order.length + 1);
    for (const supervised of [...this.#processes].sort((one, other) => rank(one.spec.name) - rank(other.spec.name))) await supervised.stop();
    this.#tell('stopped');
    this.#file.release();
  }

  #rotate(): void {
    for (const supervised of this.#processes) supervised.rotateLog();
  }

  #tell(line: string): void {
    appendFileSync(join(this.data.logs, 'supervisor.log'), `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
  }
}
