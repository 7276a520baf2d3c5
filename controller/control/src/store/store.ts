import type { DataSource, EntityManager } from 'typeorm';
import { openConnections, type StoreOptions } from './connections.js';
import { TransactionGate } from './transaction-gate.js';
import { isDeadlock } from './unique-violation.js';

/** One transaction. Everything written through `manager` becomes visible together or not at all. */
export interface Tx {
  readonly manager: EntityManager;
  /** Runs after the commit, in order; never after a rollback. Wake loops here, so that they see the rows. */
  afterCommit(effect: () => void): void;
}

export type Dialect = 'sqlite' | 'mysql';

const GATE_WAIT_MS = 15_000;
const DEADLOCK_TRIES = 4;

/**
 * The database. All writes go through `transaction`; `manager` is for reading committed rows only (on SQLite
 * it is a connection of its own that cannot write).
 */
export class Store {
  readonly #gate = new TransactionGate(GATE_WAIT_MS);

  private constructor(
    readonly dialect: Dialect,
    private readonly writer: DataSource,
    private readonly reader: DataSource,
    private readonly reportEffectError: (error: unknown) => void,
  ) {}

  /** Connects and brings the schema up to date. */
  static async open(options: StoreOptions): Promise<Store> {
    const { dialect, writer, reader } = await openConnections(options);
    return new Store(dialect, writer, reader, options.onEffectError ?? rethrowLater);
  }

  get manager(): EntityManager {
    return this.reader.manager;
  }

  /**
   * `work` must only touch the database: on MySQL it runs again when the database chose it as a deadlock victim.
   * On SQLite transactions take turns; do not wait for anything slow inside.
   */
  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const { result, effects } = this.dialect === 'sqlite' ? await this.#gate.run(() => this.#attempt(work)) : await this.#attemptAgain(work);
    for (const effect of effects) this.#runEffect(effect);
    return result;
  }

  /** Statements that the entities would need to match the schema: empty when migrations are complete. */
  async schemaDrift(): Promise<string[]> {
    const log = await this.writer.driver.createSchemaBuilder().log();
    return log.upQueries.map(({ query }) => query);
  }

  async close(): Promise<void> {
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }

  async #attempt<T>(work: (tx: Tx) => Promise<T>): Promise<{ result: T; effects: (() => void)[] }> {
    const effects: (() => void)[] = [];
    const result = await this.writer.transaction((manager) => work({ manager, afterCommit: (effect) => void effects.push(effect) }));
    return { result, effects };
  }

  async #attemptAgain<T>(work: (tx: Tx) => Promise<T>): Promise<{ result: T; effects: (() => void)[] }> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (attempt === DEADLOCK_TRIES || !isDeadlock(error)) throw error;
      }
    }
  }

  /** The rows are committed: a failing effect must not make the caller believe otherwise, nor stop the next one. */
  #runEffect(effect: () => void): void {
    try {
      effect();
    } catch (error) {
      this.reportEffectError(error);
    }
  }
}

function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
