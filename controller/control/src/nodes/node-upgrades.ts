import { Injectable } from '@nestjs/common';
import type { NodeRow } from './nodes.store.js';

/** Which agents could be newer, as the room that rolls them out tells it. */
@Injectable()
export class NodeUpgrades {
  #newerFor: (node: Pick<NodeRow, 'id' | 'agentVersion' | 'inventory'>) => string | null = () => null;

  /** `newerFor` gives the version to upgrade to, null when there is none. Called for every node of a list: it must be quick. */
  provide(newerFor: (node: Pick<NodeRow, 'id' | 'agentVersion' | 'inventory'>) => string | null): void {
    this.#newerFor = newerFor;
  }

  for(node: Pick<NodeRow, 'id' | 'agentVersion' | 'inventory'>): string | null {
    return this.#newerFor(node);
  }
}
