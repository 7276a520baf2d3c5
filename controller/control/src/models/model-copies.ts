import { Injectable } from '@nestjs/common';
import type { Tx } from '../store/index.js';

export interface ErasedModel {
  readonly id: string;
  readonly name: string;
  /** Digest of its manifest; null when it never was ready. */
  readonly digest: string | null;
}

export interface ModelCopySource {
  /**
   * Writes down, in the transaction that deletes the model, that no node may keep a copy; telling the nodes comes after the
   * commit. Must not wait for a node: those that are away are told when they come back.
   */
  erase(tx: Tx, model: ErasedModel): Promise<void>;
}

/** Copies of models on nodes, as the room that distributes them knows them: this room lies below that one. */
@Injectable()
export class ModelCopies {
  #source: ModelCopySource = { erase: () => Promise.resolve() };

  provide(source: ModelCopySource): void {
    this.#source = source;
  }

  erase(tx: Tx, model: ErasedModel): Promise<void> {
    return this.#source.erase(tx, model);
  }
}
