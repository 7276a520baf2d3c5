import { deadline } from '@openstation/kit';
import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Lets one transaction at a time through. TypeORM gives all users of a SQLite DataSource the same connection,
 * so two transactions that overlap would commit and roll back each other's statements.
 */
export class TransactionGate {
  #tail: Promise<void> = Promise.resolve();
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();

  constructor(private readonly waitMs: number) {}

  /**
   * Runs the work once everything before it has ended, whether well or badly.
   * @throws Error at once when called from inside such work (it would wait for itself), or when the wait is too long.
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()?.open) throw new Error('a transaction is already open here: hand its tx on instead of opening another');
    const leave = await this.#enter();
    const scope = { open: true };
    try {
      return await this.#inside.run(scope, work);
    } finally {
      scope.open = false;
      leave();
    }
  }

  async #enter(): Promise<() => void> {
    const before = this.#tail;
    let leave = (): void => undefined;
    const turn = new Promise<void>((resolve) => (leave = resolve));
    this.#tail = before.then(() => turn);
    try {
      await deadline(before, this.waitMs, 'waiting for other transactions to end');
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }
}
