/** The numbers of a model's build that its memory need follows from. Every one was bounded when it was read. */
export interface ModelShape {
  readonly layers: number;
  readonly hiddenSize: number;
  readonly heads: number;
  readonly kvHeads: number;
  /** Width of a key and of a value per head. */
  readonly keyLength: number;
  readonly valueLength: number;
  /** Multi-head latent attention (DeepSeek): width of the one cached latent, shared by all heads. */
  readonly latentWidth: number | null;
  readonly intermediateSize: number | null;
  readonly vocabularySize: number | null;
  /** Tokens that layers with a window look back; absent or null: all layers look at everything. Need is then an upper bound. */
  readonly slidingWindow?: number | null;
  /** Inner width of one expert of a mixture; absent or null: none. */
  readonly expertIntermediateSize?: number | null;
}
