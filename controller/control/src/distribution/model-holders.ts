import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';

/** One model on one node, as the node told last. */
export interface HeldModel {
  readonly modelId: string;
  readonly digest: string;
  readonly bytes: number;
  readonly complete: boolean;
  readonly fetching: boolean;
  readonly inPlace: boolean;
  readonly damaged: boolean;
  readonly verifiedAt: number | null;
  readonly fromController: number;
  readonly fromNodes: number;
}

export interface Holder extends HeldModel {
  readonly nodeId: string;
  readonly bytesPerSecond: number | null;
}

/** A node that asked where to get a model counts as fetching it until its heartbeat says so, at most this long. */
const ASKED_MS = 30_000;

/**
 * Which node has what, from heartbeats: in memory only, complete again some seconds after a start. What a silent node said
 * last stays until it speaks again or is removed.
 */
@Injectable()
export class ModelHolders {
  readonly #nodes = new Map<string, { readonly at: number; readonly models: readonly Holder[] }>();
  readonly #asked = new Map<string, Map<string, number>>();

  constructor(
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {}

  heard(nodeId: string, models: readonly HeldModel[]): void {
    const before = this.#nodes.get(nodeId);
    const now = this.clock.now();
    const next = models.map((model) => {
      const old = before?.models.find(({ digest }) => digest === model.digest);
      const seconds = before ? (now - before.at) / 1000 : 0;
      return { ...model, nodeId, bytesPerSecond: model.fetching && old && seconds > 0 ? Math.max(0, Math.round((model.bytes - old.bytes) / seconds)) : null };
    });
    this.#nodes.set(nodeId, { at: now, models: next });
    const changed = new Set([...next, ...(before?.models ?? [])].filter((model) => !same(model, before?.models, next)).map(({ modelId }) => modelId));
    for (const id of changed) if (id !== '') this.feed.publish({ topic: 'models', id, kind: 'changed' });
  }

  forget(nodeId: string): void {
    this.#nodes.delete(nodeId);
  }

  /** It is about to fetch the model: others may ask it for pieces soon. */
  asks(nodeId: string, digest: string): void {
    const askers = this.#asked.get(digest) ?? new Map<string, number>();
    const now = this.clock.now();
    for (const [id, at] of askers) if (now - at > ASKED_MS) askers.delete(id);
    this.#asked.set(digest, askers.set(nodeId, now));
  }

  asking(digest: string): string[] {
    const now = this.clock.now();
    return [...(this.#asked.get(digest) ?? [])].filter(([, at]) => now - at <= ASKED_MS).map(([nodeId]) => nodeId);
  }

  of(digest: string): Holder[] {
    return [...this.#nodes.values()].flatMap(({ models }) => models.filter((model) => model.digest === digest));
  }

  on(nodeId: string): readonly Holder[] {
    return this.#nodes.get(nodeId)?.models ?? [];
  }
}

function same(model: Holder, before: readonly Holder[] = [], after: readonly Holder[]): boolean {
  const [old, now] = [before, after].map((list) => list.find(({ digest }) => digest === model.digest));
  return old?.bytes === now?.bytes && old?.complete === now?.complete && old?.fetching === now?.fetching && old?.damaged === now?.damaged;
}
