import { Injectable } from '@nestjs/common';
import { CacheOrder_Kind, type CacheOrder, type CacheProgress } from '@openstation/proto';
import type { ModelRow } from '../models/index.js';
import { AgentLine } from './agent-line.js';

export interface OrderWish {
  readonly requestId: string;
  readonly nodeId: string;
  readonly kind: 'fetch' | 'evict' | 'verify';
  readonly model: { readonly id: string; readonly name: string; readonly digest: string; readonly bytes: number };
  readonly onProgress?: (progress: CacheProgress) => void;
}

interface OpenOrder {
  readonly wish: OrderWish;
  readonly order: CacheOrder;
  readonly finish: (result: CacheProgress | Error) => void;
  heardAt: number;
}

/** Why an order has no answer; for people. */
export class OrderError extends Error {}

const KINDS = { fetch: CacheOrder_Kind.FETCH, evict: CacheOrder_Kind.EVICT, verify: CacheOrder_Kind.VERIFY } as const;
const LOOK_EVERY_MS = 5000;

/** Orders about models to nodes, told again in every session until they are answered. */
@Injectable()
export class CacheOrders {
  readonly #open = new Map<string, OpenOrder>();

  constructor(private readonly line: AgentLine) {}

  /** Ids of models that open orders let this node fetch. */
  modelsOf(nodeId: string): string[] {
    return [...this.#open.values()].filter(({ wish }) => wish.nodeId === nodeId && wish.kind !== 'evict').map(({ wish }) => wish.model.id);
  }

  /**
   * Tells the node and waits for the end.
   * @param silentMs how long the node may say nothing, connected or not
   * @throws OrderError; the signal's reason, after which the node is told to stop a fetch
   */
  async run(wish: OrderWish, silentMs: number, signal: AbortSignal): Promise<CacheProgress> {
    const { requestId, nodeId, kind, model } = wish;
    const reference = { modelId: model.id, name: model.name, manifestDigest: model.digest, totalBytes: model.bytes, entry: '' };
    const order: CacheOrder = { requestId, kind: KINDS[kind], model: reference, mend: kind === 'verify' };
    let finish: OpenOrder['finish'] = () => undefined;
    const answered = new Promise<CacheProgress>((resolve, reject) => {
      finish = (result) => (result instanceof Error ? reject(result) : resolve(result));
    });
    const open: OpenOrder = { wish, order, heardAt: performance.now(), finish };
    this.#open.set(requestId, open);
    const abort = (): void => open.finish(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const silence = setInterval(() => {
      if (performance.now() - open.heardAt > silentMs) open.finish(new OrderError(this.line.talk.isConnected(nodeId) ? 'the node does not answer' : 'the node is not connected'));
    }, Math.min(LOOK_EVERY_MS, silentMs));
    try {
      this.line.talk.send(nodeId, { body: { $case: 'cache', value: order } });
      const result = await answered;
      if (result.error !== '') throw new OrderError(result.error);
      return result;
    } catch (error) {
      if (kind !== 'evict') this.line.talk.send(nodeId, { body: { $case: 'cache', value: { ...order, kind: CacheOrder_Kind.CANCEL } } });
      throw error;
    } finally {
      clearInterval(silence);
      signal.removeEventListener('abort', abort);
      this.#open.delete(requestId);
    }
  }

  /** A new session knows nothing of what was told in the last one. */
  tellAgain(nodeId: string): void {
    for (const { wish, order } of this.#open.values()) if (wish.nodeId === nodeId) this.line.talk.send(nodeId, { body: { $case: 'cache', value: order } });
  }

  take(nodeId: string, progress: CacheProgress): void {
    const open = this.#open.get(progress.requestId);
    if (open?.wish.nodeId !== nodeId) return;
    open.heardAt = performance.now();
    open.wish.onProgress?.(progress);
    if (progress.finished) open.finish(progress);
  }
}

/** @throws OrderError when the model is not one that nodes can have */
export function orderable({ id, name, digest, bytes, state }: ModelRow): OrderWish['model'] {
  if (state !== 'ready' || digest === null) throw new OrderError(`${name} is not ready`);
  return { id, name, digest, bytes };
}
