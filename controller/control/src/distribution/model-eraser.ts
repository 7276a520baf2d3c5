import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { In } from 'typeorm';
import { Clock, LOGGER } from '../config/index.js';
import { ModelCopies, ModelRow } from '../models/index.js';
import { Store, newId } from '../store/index.js';
import { AgentLine } from './agent-line.js';
import { CacheOrders, OrderError } from './cache-orders.js';
import { ErasedModelRow } from './distribution.store.js';
import { ModelHolders } from './model-holders.js';

const ANSWER_MS = 60_000;
const AGAIN_MS = 60_000;

/**
 * Takes deleted models off nodes: what was deleted is written down with the deletion, and whenever a node says that it has
 * such a model, it is told to delete it. A digest that nobody ever deleted is left alone, known here or not.
 */
@Injectable()
export class ModelEraser implements OnModuleInit {
  readonly #refused = new Map<string, number>();
  readonly #queue = new KeyedQueue<string>(
    (nodeId) => this.#clean(nodeId),
    (nodeId, error) => this.logger.error({ err: error, nodeId }, 'deleted models could not be taken off a node'),
  );

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly copies: ModelCopies,
    private readonly holders: ModelHolders,
    private readonly orders: CacheOrders,
    private readonly line: AgentLine,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.copies.provide({
      erase: async (tx, { id, name, digest }) => {
        if (digest === null) return;
        await tx.manager.delete(ErasedModelRow, { digest });
        await tx.manager.insert(ErasedModelRow, { digest, modelId: id, name, erasedAt: this.clock.now() });
        tx.afterCommit(() => {
          for (const { nodeId } of this.holders.of(digest)) this.wake(nodeId);
        });
      },
    });
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  /** The node said what it has, or something was deleted. */
  wake(nodeId: string): void {
    this.#queue.wake(nodeId);
  }

  async #clean(nodeId: string): Promise<void> {
    const held = this.holders.on(nodeId).map(({ digest }) => digest);
    if (held.length === 0 || !this.line.talk.isConnected(nodeId)) return;
    const erased = await this.store.manager.findBy(ErasedModelRow, { digest: In(held) });
    if (erased.length === 0) return;
    // The same files may be in the library again, under another name: then the copy is a good one.
    const living = new Set((await this.store.manager.find(ModelRow, { where: { digest: In(held) }, select: { digest: true, state: true } })).filter(({ state }) => state !== 'deleting').map(({ digest }) => digest));
    for (const row of erased) if (!living.has(row.digest)) await this.#erase(nodeId, row);
  }

  async #erase(nodeId: string, { digest, modelId, name }: ErasedModelRow): Promise<void> {
    const key = `${nodeId} ${digest}`;
    if ((this.#refused.get(key) ?? 0) > this.clock.now() - AGAIN_MS) return;
    try {
      await this.orders.run({ requestId: newId(), nodeId, kind: 'evict', model: { id: modelId, name, digest, bytes: 0 } }, ANSWER_MS, AbortSignal.timeout(ANSWER_MS));
      this.#refused.delete(key);
      this.logger.info({ nodeId, modelId, name }, 'a deleted model was taken off a node');
    } catch (error) {
      if (!(error instanceof OrderError) && (error as Error).name !== 'TimeoutError') throw error;
      this.#refused.set(key, this.clock.now());
      this.logger.warn({ nodeId, modelId, name, reason: (error as Error).message }, 'a deleted model stays on a node for now');
    }
  }
}
