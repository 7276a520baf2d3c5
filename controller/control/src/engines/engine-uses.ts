import { Injectable } from '@nestjs/common';
import type { Tx } from '../store/index.js';

type Names = (manager: Tx['manager'], engine: string) => Promise<string[]>;

/** Services by the engine they use, as the services room tells it: this room lies below that one. */
@Injectable()
export class EngineUses {
  #source: Names = () => Promise.resolve([]);

  provide(source: Names): void {
    this.#source = source;
  }

  /** Names of the services, read with this transaction. */
  names(manager: Tx['manager'], engine: string): Promise<string[]> {
    return this.#source(manager, engine);
  }
}
