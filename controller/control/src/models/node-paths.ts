import { Injectable } from '@nestjs/common';
import type { ManifestFile } from './manifest.js';

/** Why a node cannot show or keep a path; for people. */
export class NodePathError extends Error {}

/** What an agent found at a path of its node. */
export interface NodePathReport {
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
  /** By path: the whole of small text files, the beginning of weight files. Written by the node: to be judged, not believed. */
  readonly heads: ReadonlyMap<string, Uint8Array>;
  readonly freeBytes: number;
}

export interface NodePathSource {
  /** @throws NodePathError when the node is away, refuses the path or does not answer in time */
  inspect(nodeId: string, path: string): Promise<NodePathReport>;
  /**
   * Lets the node hash what lies there and keep it as this model.
   * @param onBytes told the bytes hashed so far
   * @throws NodePathError
   */
  register(
    nodeId: string,
    path: string,
    model: { readonly modelId: string; readonly name: string; /** What of it belongs to the model. */ readonly files: readonly string[] },
    onBytes: (done: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly files: readonly ManifestFile[]; readonly heads: ReadonlyMap<string, Uint8Array> }>;
}

/** Paths of nodes, as the room that talks to agents sees them: this room lies below that one. */
@Injectable()
export class NodePaths {
  #source: NodePathSource | undefined;

  provide(source: NodePathSource): void {
    this.#source = source;
  }

  /** @throws NodePathError when nothing can look at nodes */
  get source(): NodePathSource {
    if (!this.#source) throw new NodePathError('paths of nodes cannot be looked at: name a path of the management node');
    return this.#source;
  }
}
