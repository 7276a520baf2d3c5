import type { Journal, JournalRecord } from '../journal/index.js';
import { freePort } from './hooks/port.hook.js';

/** Gives ports of the node's range to instances, one instance at a time: two that ask in the same moment never get the same. */
export class PortLedger {
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly journal: Pick<Journal, 'all'>, private readonly range: readonly [number, number]) {}

  /**
   * Finds a port for the instance. The next one is looked for only after `keep` has put it into the journal.
   * @returns undefined when the range is used up
   */
  reserve(instanceId: string, attempt: number, keep: (port: number) => Promise<void>): Promise<number | undefined> {
    const turn = this.#turn.then(async () => {
      const port = await freePort(this.range, this.#taken(instanceId), attempt);
      if (port !== undefined) await keep(port);
      return port;
    });
    this.#turn = turn.catch(() => undefined); // told to the one who asked
    return turn;
  }

  #taken(instanceId: string): Set<number> {
    const others = this.journal.all().filter((other: JournalRecord) => other.instanceId !== instanceId && other.stage !== 'done');
    return new Set(others.flatMap((other) => (other.port === undefined ? [] : [other.port])));
  }
}
