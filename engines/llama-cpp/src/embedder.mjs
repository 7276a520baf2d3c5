import { ApiError, contextTooLong } from './api-error.mjs';

/** Embeddings by the same model. Its context is made at the first call: most chat services never need it. */
export class Embedder {
  #model;
  #options;
  #context;
  #turn = Promise.resolve();

  /** @param {import('node-llama-cpp').LlamaModel} model @param {{ contextSize: number, threads: number }} options */
  constructor(model, options) {
    this.#model = model;
    this.#options = options;
  }

  /**
   * @param {readonly (readonly import('node-llama-cpp').Token[])[]} inputs
   * @returns {Promise<{ vectors: readonly number[][], tokens: number }>}
   */
  async embed(inputs) {
    const { contextSize } = this.#options;
    for (const tokens of inputs) {
      if (tokens.length === 0) throw new ApiError(400, 'input: must not be empty', { param: 'input' });
      if (tokens.length >= contextSize) throw contextTooLong(contextSize, tokens.length, 'input');
    }
    // One at a time: the context has one sequence.
    const mine = this.#turn.then(() => this.#compute(inputs));
    this.#turn = mine.then(() => undefined, () => undefined);
    return { vectors: await mine, tokens: inputs.reduce((sum, tokens) => sum + tokens.length, 0) };
  }

  async #compute(inputs) {
    this.#context ??= await this.#model.createEmbeddingContext(this.#options);
    const vectors = [];
    for (const tokens of inputs) vectors.push([...(await this.#context.getEmbeddingFor([...tokens])).vector]);
    return vectors;
  }
}
