import { Injectable } from '@nestjs/common';
import type { Tx } from '../store/index.js';

export interface NodeUse {
  readonly services: readonly { readonly id: string; readonly name: string }[];
  readonly instanceCount: number;
}

export interface NodeUseSource {
  /** By node; of one node only when its id is given. */
  uses(nodeId?: string): Promise<ReadonlyMap<string, NodeUse>>;
  /** Ends in the books what can never be reported on again. */
  evict(tx: Tx, nodeId: string): Promise<void>;
}

/** What runs on nodes, as the instances room tells it: this room lies below that one and cannot ask it. */
@Injectable()
export class NodeUses {
  #source: NodeUseSource = { uses: () => Promise.resolve(new Map()), evict: () => Promise.resolve() };

  provide(source: NodeUseSource): void {
    this.#source = source;
  }

  all(): Promise<ReadonlyMap<string, NodeUse>> {
    return this.#source.uses();
  }

  async of(nodeId: string): Promise<NodeUse> {
    return (await this.#source.uses(nodeId)).get(nodeId) ?? { services: [], instanceCount: 0 };
  }

  evict(tx: Tx, nodeId: string): Promise<void> {
    return this.#source.evict(tx, nodeId);
  }
}
