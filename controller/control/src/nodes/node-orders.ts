import { Injectable } from '@nestjs/common';
import type { RemovalOrders } from './departure.machine.js';

export interface NodeOrderLine {
  /** Number of the session that lives now; undefined when the node is not connected. */
  session(nodeId: string): number | undefined;
  /** Tells the agent to clean up. @returns false when it is not connected */
  remove(nodeId: string, order: RemovalOrders & { readonly requestId: string }): boolean;
}

/** The dispatcher, which lies above this room, plugs itself in here. */
@Injectable()
export class NodeOrders {
  #line: NodeOrderLine = { session: () => undefined, remove: () => false };

  provide(line: NodeOrderLine): void {
    this.#line = line;
  }

  session(nodeId: string): number | undefined {
    return this.#line.session(nodeId);
  }

  remove(nodeId: string, order: RemovalOrders & { readonly requestId: string }): boolean {
    return this.#line.remove(nodeId, order);
  }
}
