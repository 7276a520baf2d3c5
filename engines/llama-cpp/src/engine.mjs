import { LlamaGrammarEvaluationState } from 'node-llama-cpp';
import { badField, contextTooLong, unavailable } from './api-error.mjs';
import { chatPromptOf, withBegin } from './chat-prompt.mjs';
import { Embedder } from './embedder.mjs';
import { generate } from './generation.mjs';
import { loadLlama } from './llama-library.mjs';
import { SequencePool } from './sequence-pool.mjs';

/** Context when neither the command line nor a small model says less. */
const DEFAULT_CONTEXT = 4096;
/** Requests that may wait beside those being computed; more only grow their callers' delay. */
const MAX_WAITING = 256;
const LOG_STEP = 0.05;
/** llama.cpp's own defaults, for models that recommend nothing. */
const SAMPLING = { temperature: 0.8, topP: 0.95, topK: 40, minP: 0.05, seed: undefined, presencePenalty: 0, frequencyPenalty: 0, repeatPenalty: 1 };

/**
 * The model, its sequences and the answers being computed. Life: loading → ready → stopping.
 */
export class Engine {
  progress = 0;
  /** @type {'loading' | 'ready' | 'stopping'} */
  state = 'loading';
  #settings;
  #metrics;
  #log;
  #llama;
  #model;
  #pool;
  #contextSize = 0;
  #chatPrompt;
  #embedder;
  #sampling = SAMPLING;
  #running = new Set();
  #grammars = new Map();

  /**
   * @param {import('./arguments.mjs').Settings} settings
   * @param {import('./metrics.mjs').Metrics} metrics
   * @param {(line: string) => void} log
   */
  constructor(settings, metrics, log) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#log = log;
  }

  get running() {
    return this.#running.size;
  }

  get waiting() {
    return this.#pool?.waiting ?? 0;
  }

  get vocabularySize() {
    return this.#model.fileInfo.metadata?.tokenizer?.ggml?.tokens?.length ?? Number.MAX_SAFE_INTEGER;
  }

  /** What `/v1/models` tells beside the name. */
  get facts() {
    return { n_ctx: this.#contextSize, n_ctx_train: this.#model.trainContextSize, n_embd: this.#model.embeddingVectorSize, size: this.#model.size };
  }

  async load() {
    const { model: modelPath, threads, parallel, ctxSize } = this.#settings;
    const started = performance.now();
    this.#llama = await loadLlama({ threads });
    this.#model = await this.#llama.loadModel({ modelPath, onLoadProgress: (part) => this.#loaded(part) });
    this.#contextSize = ctxSize > 0 ? ctxSize : Math.min(this.#model.trainContextSize, DEFAULT_CONTEXT);
    const context = await this.#model.createContext({ contextSize: this.#contextSize, sequences: parallel, threads, batchSize: Math.min(this.#contextSize, 512) });
    this.#pool = new SequencePool(Array.from({ length: parallel }, () => context.getSequence()), MAX_WAITING);
    this.#chatPrompt = chatPromptOf(this.#model, this.#log);
    this.#embedder = new Embedder(this.#model, { contextSize: this.#contextSize, threads });
    this.#sampling = { ...SAMPLING, ...recommendedSampling(this.#model.fileInfo.metadata?.general) };
    this.progress = 1;
    if (this.state === 'stopping') return;
    this.state = 'ready';
    this.#log(`model loaded in ${Math.round(performance.now() - started)} ms: context ${this.#contextSize}, parallel ${parallel}, threads ${threads}`);
  }

  /** Throws 503 unless answers can be computed. */
  requireReady() {
    if (this.state === 'loading') throw unavailable('The model is being loaded.', 'model_loading');
    if (this.state === 'stopping') throw unavailable('The engine is stopping.', 'stopping');
  }

  /** @param {readonly import('./chat-prompt.mjs').Message[]} messages @param {unknown} extras `chat_template_kwargs` */
  chatTokens(messages, extras) {
    if (extras !== undefined && extras !== null && typeof extras !== 'object') throw badField('chat_template_kwargs', 'must be an object');
    return this.#fitting(this.#chatPrompt(messages, /** @type {Record<string, unknown>} */ (extras ?? {})), 'messages');
  }

  /** @param {string | number[]} text */
  textTokens(text) {
    return this.#fitting(typeof text === 'string' ? withBegin(this.#model, this.#model.tokenize(text)) : text, 'prompt');
  }

  /** @param {readonly (string | number[])[]} inputs */
  async embed(inputs) {
    return this.#embedder.embed(inputs.map((input) => (typeof input === 'string' ? this.#model.tokenize(input) : input)));
  }

  /**
   * Computes one answer; waits for a sequence first.
   * @param {readonly import('node-llama-cpp').Token[]} prompt
   * @param {import('./request-check.mjs').Wish} wish
   * @param {AbortSignal} caller fires when the caller has gone
   * @returns {AsyncGenerator<string, import('./generation.mjs').Outcome | undefined, void>} undefined: left before it began
   */
  async *answer(prompt, wish, caller) {
    const grammar = await this.#grammarState(wish.format);
    const stop = new AbortController();
    const signal = AbortSignal.any([caller, stop.signal]);
    const sequence = await this.#pool.acquire(prompt, signal);
    if (sequence === undefined) {
      if (!caller.aborted) this.requireReady();
      return undefined;
    }
    this.#running.add(stop);
    let healthy = false;
    try {
      const room = this.#contextSize - prompt.length;
      const outcome = yield* generate(
        sequence, prompt, { maxTokens: Math.min(wish.maxTokens ?? room, room), stops: wish.stops, sampling: { ...this.#sampling, ...wish.sampling }, grammar }, signal,
      );
      healthy = true;
      this.#metrics.record(prompt.length, outcome);
      return outcome;
    } catch (error) {
      this.#metrics.recordError();
      throw error;
    } finally {
      this.#running.delete(stop);
      // After a failed computation nobody knows what the sequence holds.
      if (!healthy) await sequence.clearHistory();
      this.#pool.release(sequence);
    }
  }

  /** Refuses what waits, lets running answers end, and cuts them when the time is over. @param {number} ms */
  async drain(ms) {
    this.state = 'stopping';
    this.#pool?.clear();
    const end = performance.now() + ms;
    while (this.#running.size > 0 && performance.now() < end) await pause(20);
    for (const stop of this.#running) stop.abort();
    const cut = performance.now() + 1_000;
    while (this.#running.size > 0 && performance.now() < cut) await pause(20);
  }

  /** Gives the memory back; never takes longer than two seconds, as the process ends right after it. */
  async dispose() {
    await Promise.race([this.#llama?.dispose(), pause(2_000)]);
  }

  #loaded(part) {
    const shown = Math.floor(this.progress / LOG_STEP);
    this.progress = Math.min(0.99, part);
    if (Math.floor(this.progress / LOG_STEP) > shown) this.#log(`loading model: ${Math.round(this.progress * 100)} %`);
  }

  #fitting(tokens, param) {
    if (tokens.length === 0) throw badField(param, 'must not be empty');
    if (tokens.length >= this.#contextSize) throw contextTooLong(this.#contextSize, tokens.length, param);
    return tokens;
  }

  async #grammarState(format) {
    if (format === undefined) return undefined;
    const key = format.kind === 'json' ? '' : JSON.stringify(format.schema);
    let grammar = this.#grammars.get(key);
    if (grammar === undefined) {
      try {
        grammar = format.kind === 'json' ? await this.#llama.getGrammarFor('json') : await this.#llama.createGrammarForJsonSchema(format.schema);
      } catch (error) {
        throw badField('response_format', `this schema cannot be used: ${error.message}`);
      }
      // Schemas are few and repeat; a caller who invents a new one each time must not fill the memory.
      if (this.#grammars.size >= 64) this.#grammars.clear();
      this.#grammars.set(key, grammar);
    }
    return new LlamaGrammarEvaluationState({ model: this.#model, grammar });
  }
}

/** Newer GGUF files carry the sampling their makers recommend under `general.sampling`. */
function recommendedSampling(general) {
  const sampling = general?.sampling ?? {};
  const names = { temperature: 'temp', topP: 'top_p', topK: 'top_k', minP: 'min_p', repeatPenalty: 'penalty_repeat' };
  return Object.fromEntries(Object.entries(names).filter(([, name]) => typeof sampling[name] === 'number').map(([key, name]) => [key, sampling[name]]));
}

function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
