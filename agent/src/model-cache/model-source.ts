import type { ModelManifest, ModelSources } from '@openstation/proto';

/** What the controller tells about models, through the session of the moment. */
export interface ModelDirectory {
  /** @throws ModelSourceError */
  manifest(modelId: string): Promise<ModelManifest>;
  /** Nodes that have the model or part of it, and the grant to ask them. @throws ModelSourceError */
  sources(modelId: string): Promise<ModelSources>;
}

/** Bytes [from, to) of one file of a model. */
export interface RangeWish {
  readonly digest: string;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  /** Only asked of the controller because it may have nothing better to do. */
  readonly spare: boolean;
}

/** One place that model files come from: the controller or another node. */
export interface PieceSource {
  readonly kind: 'controller' | 'node';
  /** For people: "the controller", a node's address. */
  readonly name: string;
  /** The bytes in order, at the pace of the reader. @throws ModelSourceError */
  read(wish: RangeWish, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Which pieces it has and which it fetches from the controller; only nodes are asked. @throws ModelSourceError */
  pieces(digest: string, signal: AbortSignal): Promise<{ readonly have: Uint8Array; readonly fetching: Uint8Array }>;
  close(): void;
}

/**
 * `retryable`: the connection failed, not the request; the same question may succeed later.
 * `busy`: the source is well, but does not have this now or serves others first.
 */
export class ModelSourceError extends Error {
  constructor(message: string, readonly retryable: boolean, readonly busy = false) {
    super(message);
  }
}

/** The model cannot be had: ends the instance as failed with this reason. What was fetched stays for the next try. */
export class ModelFetchError extends Error {
  constructor(message: string, readonly reason: 'model-fetch' | 'disk-full' = 'model-fetch') {
    super(message);
  }
}
