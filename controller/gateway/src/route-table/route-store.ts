import type { RouteTable } from '@openstation/proto';
import { RouteSnapshot } from './route-snapshot.js';

/** Holds the table in force. A swap is one assignment; requests keep the snapshot they started with only as long as they hold it. */
export class RouteStore {
  #current: RouteSnapshot | undefined;
  readonly #listeners: ((snapshot: RouteSnapshot) => void)[] = [];

  current(): RouteSnapshot | undefined {
    return this.#current;
  }

  swap(table: RouteTable): RouteSnapshot {
    const snapshot = new RouteSnapshot(table);
    this.#current = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
    return snapshot;
  }

  onSwap(listener: (snapshot: RouteSnapshot) => void): void {
    this.#listeners.push(listener);
  }
}
