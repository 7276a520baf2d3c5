import { Injectable } from '@nestjs/common';
import type { Tx } from '../store/index.js';
import type { InstanceRow } from './instances.store.js';
import type { ObservedColumns } from './observed-status.js';

/** What of the instance as a whole is different now. */
export type InstanceNews = Partial<ObservedColumns>;

type Listener = (id: string) => void;
type MoveListener = (tx: Tx, row: InstanceRow, news: InstanceNews) => Promise<void>;

/**
 * Wake-ups inside the controller, without delay: "what this node is told changed", "instances of this service
 * changed". They carry no facts; who hears them reads the rows.
 */
@Injectable()
export class InstanceSignals {
  readonly #node = new Set<Listener>();
  readonly #service = new Set<Listener>();
  readonly #moves = new Set<MoveListener>();

  assignmentsChanged(nodeId: string): void {
    for (const listener of this.#node) listener(nodeId);
  }

  serviceTouched(serviceId: string): void {
    for (const listener of this.#service) listener(serviceId);
  }

  /** Something was observed of an instance; what listeners write goes into the same transaction. */
  async moved(tx: Tx, row: InstanceRow, news: InstanceNews): Promise<void> {
    for (const listener of this.#moves) await listener(tx, row, news);
  }

  onMoved(listener: MoveListener): void {
    this.#moves.add(listener);
  }

  onAssignments(listener: Listener): void {
    this.#node.add(listener);
  }

  onService(listener: Listener): void {
    this.#service.add(listener);
  }
}
