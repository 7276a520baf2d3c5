import { Injectable } from '@nestjs/common';

export interface ModelUse {
  readonly id: string;
  readonly name: string;
}

/** Services by the model they use, as the services room tells it: this room lies below that one. */
@Injectable()
export class ModelUses {
  #source: () => Promise<ReadonlyMap<string, readonly ModelUse[]>> = () => Promise.resolve(new Map());

  provide(source: () => Promise<ReadonlyMap<string, readonly ModelUse[]>>): void {
    this.#source = source;
  }

  all(): Promise<ReadonlyMap<string, readonly ModelUse[]>> {
    return this.#source();
  }
}
