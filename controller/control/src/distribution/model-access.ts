import { Injectable } from '@nestjs/common';
import { InstanceRepository } from '../instances/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { CacheOrders } from './cache-orders.js';

/** Answers are kept this long: a node asks for every piece. */
const KEPT_MS = 2000;

/** Which models a node may have: those that its assignments or open orders name, and no others. */
@Injectable()
export class ModelAccess {
  readonly #answers = new Map<string, { readonly at: number; readonly model: Promise<ModelRow | undefined> }>();

  constructor(
    private readonly models: ModelRepository,
    private readonly instances: InstanceRepository,
    private readonly orders: CacheOrders,
  ) {}

  /** The model if this node may have it now; by id, or by the digest of its manifest. */
  model(nodeId: string, wanted: { readonly id: string } | { readonly digest: string }): Promise<ModelRow | undefined> {
    const key = `${nodeId} ${'id' in wanted ? wanted.id : wanted.digest}`;
    const now = performance.now();
    for (const [old, { at }] of this.#answers) {
      if (now - at < KEPT_MS) break;
      this.#answers.delete(old);
    }
    const kept = this.#answers.get(key);
    if (kept) return kept.model;
    const model = this.#find(nodeId, wanted);
    this.#answers.set(key, { at: now, model });
    model.catch(() => this.#answers.delete(key)); // told to who asked
    return model;
  }

  async #find(nodeId: string, wanted: { readonly id: string } | { readonly digest: string }): Promise<ModelRow | undefined> {
    const assigned = (await this.instances.assignedTo(nodeId)).filter(({ desired }) => desired === 'run').map(({ modelId }) => modelId);
    const ids = new Set([...assigned, ...this.orders.modelsOf(nodeId)]);
    for (const id of ids) {
      if ('id' in wanted && wanted.id !== id) continue;
      const model = await this.models.get(id);
      if (model?.state === 'ready' && ('id' in wanted || model.digest === wanted.digest)) return model;
    }
    return undefined;
  }
}
