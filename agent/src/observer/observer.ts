import { setTimeout as delay } from 'node:timers/promises';
import { deadline } from '@openstation/kit';
import type { EngineDriver, EngineRecord } from '../driver/index.js';
import { changedInstances } from './record-diff.js';

const EVERY_MS = 1000;
const LIST_DEADLINE_MS = 20_000;

/**
 * Knows what really runs: lists every driver each second and says which instances changed. A list that failed
 * changes nothing but our confidence: until the next good one the driver's engines count as unknown.
 */
export class Observer {
  readonly #snapshots = new Map<string, readonly EngineRecord[] | undefined>();
  readonly #lastGood = new Map<string, readonly EngineRecord[]>();
  readonly #turns = new Map<string, Promise<void>>();

  constructor(
    private readonly drivers: readonly EngineDriver[],
    /** `nowKnown`: the driver's engines were unknown before this list, so everything about it may be new. */
    private readonly onChange: (instanceIds: ReadonlySet<string>, nowKnown: boolean) => void,
    private readonly onError: (driver: string, error: Error) => void,
  ) {}

  /** True when the last list of this driver succeeded. */
  knows(driver: string): boolean {
    return this.#snapshots.get(driver) !== undefined;
  }

  get knowsAll(): boolean {
    return this.drivers.every((driver) => this.knows(driver.name));
  }

  /** All engines of an instance, any generation, over all drivers. */
  engines(instanceId: string): readonly (EngineRecord & { driver: string })[] {
    return this.all().filter((record) => record.instanceId === instanceId);
  }

  /** The same by the last good list of each driver: where an engine was when its driver could be asked last. */
  lastSeen(instanceId: string): readonly EngineRecord[] {
    return [...this.#lastGood.values()].flat().filter((record) => record.instanceId === instanceId);
  }

  all(): readonly (EngineRecord & { driver: string })[] {
    return [...this.#snapshots].flatMap(([driver, records]) => (records ?? []).map((record) => ({ ...record, driver })));
  }

  /**
   * Lists once more, after any list under way: what happened before this call is in the result. Only the named driver
   * when one is named: another one may hang, and nobody waits for it who has nothing to do with it.
   */
  async refresh(driverName?: string): Promise<void> {
    const asked = this.drivers.filter((driver) => driverName === undefined || driver.name === driverName);
    await Promise.all(asked.map((driver) => this.#inTurn(driver)));
  }

  /** Each driver at its own pace. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const driver of this.drivers) if (!this.#turns.has(driver.name)) void this.#inTurn(driver);
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined); // the signal ends the loop
    }
  }

  #inTurn(driver: EngineDriver): Promise<void> {
    const before = this.#turns.get(driver.name) ?? Promise.resolve();
    const turn = before.then(() => this.#list(driver)).finally(() => {
      if (this.#turns.get(driver.name) === turn) this.#turns.delete(driver.name);
    });
    this.#turns.set(driver.name, turn);
    return turn;
  }

  /** Never rejects: a failure is told and makes the driver unknown. */
  async #list(driver: EngineDriver): Promise<void> {
    const before = this.#snapshots.get(driver.name);
    try {
      const records = await deadline(driver.list(), LIST_DEADLINE_MS, `listing the engines of ${driver.name}`);
      this.#snapshots.set(driver.name, records);
      this.#lastGood.set(driver.name, records);
      const changed = changedInstances(before, records);
      if (changed.size > 0 || before === undefined) this.onChange(changed, before === undefined);
    } catch (error) {
      const firstFailure = before !== undefined || !this.#snapshots.has(driver.name);
      this.#snapshots.set(driver.name, undefined);
      if (firstFailure) this.onError(driver.name, error as Error);
    }
  }
}
