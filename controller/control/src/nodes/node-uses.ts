import { Injectable } from '@nestjs/common';
import type { Tx } from '../store/index.js';

export interface NodeUse {
  readonly services: readonly { readonly id: string; readonly name: string }[];
  readonly instanceCount: number;
}

export interface NodeInstance {
  readonly id: string;
  readonly serviceName: string;
  readonly state: string;
  /** Its service has no other instance that is ready. */
  readonly lastReady: boolean;
}

export interface NodeUseSource {
  /** By node. */
  uses(): Promise<ReadonlyMap<string, NodeUse>>;
  instancesOn(nodeId: string): Promise<readonly NodeInstance[]>;
  /** Ends in the books what can never be reported on again. */
  evict(tx: Tx, nodeId: string): Promise<void>;
  /** Takes back the wish that instances leave the node. */
  stay(tx: Tx, nodeId: string): Promise<void>;
}

export interface CachedModel {
  readonly modelId: string;
  readonly name: string;
  readonly bytes: number;
}

const NOTHING: NodeUse = { services: [], instanceCount: 0 };

/** What runs and lies on nodes, as the rooms that know tell it: this room lies below them and cannot ask. */
@Injectable()
export class NodeUses {
  #source: NodeUseSource = { uses: () => Promise.resolve(new Map()), instancesOn: () => Promise.resolve([]), evict: () => Promise.resolve(), stay: () => Promise.resolve() };
  #cached: (nodeId: string) => Promise<readonly CachedModel[]> = () => Promise.resolve([]);

  provide(source: NodeUseSource): void {
    this.#source = source;
  }

  provideCaches(cached: (nodeId: string) => Promise<readonly CachedModel[]>): void {
    this.#cached = cached;
  }

  all(): Promise<ReadonlyMap<string, NodeUse>> {
    return this.#source.uses();
  }

  async of(nodeId: string): Promise<NodeUse> {
    return (await this.#source.uses()).get(nodeId) ?? NOTHING;
  }

  instancesOn(nodeId: string): Promise<readonly NodeInstance[]> {
    return this.#source.instancesOn(nodeId);
  }

  cachedModels(nodeId: string): Promise<readonly CachedModel[]> {
    return this.#cached(nodeId);
  }

  evict(tx: Tx, nodeId: string): Promise<void> {
    return this.#source.evict(tx, nodeId);
  }

  stay(tx: Tx, nodeId: string): Promise<void> {
    return this.#source.stay(tx, nodeId);
  }
}
