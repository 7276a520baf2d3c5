import { StopText } from './stop-text.mjs';

/** Tokens of a prompt that are computed in one go: a caller who hangs up is noticed between two such portions. */
const PREFILL_TOKENS = 512;
/** A character of UTF-8 has four bytes at most, so more tokens than that never wait for its end. */
const LONGEST_CHARACTER = 4;
/** Some tokenizers write a token differently at the very start; a few earlier ones are enough to tell. */
const DETOKENIZE_CONTEXT = 8;

/**
 * @typedef {object} Sampling
 * @property {number} temperature
 * @property {number} topP
 * @property {number} topK
 * @property {number} minP
 * @property {number | undefined} seed
 * @property {number} presencePenalty
 * @property {number} frequencyPenalty
 * @property {number} repeatPenalty
 *
 * @typedef {object} Outcome
 * @property {'stop' | 'length' | 'abort'} finish
 * @property {number} completionTokens
 * @property {number} cachedTokens      prompt tokens that had not to be computed
 * @property {number} promptSeconds
 * @property {number} completionSeconds
 */

/**
 * Computes one answer on one sequence and yields its text as it comes; returns how it ended.
 * Breaking out of the loop, or the signal, ends it after the token being computed.
 * @param {import('node-llama-cpp').LlamaContextSequence} sequence
 * @param {readonly import('node-llama-cpp').Token[]} prompt at least one token; shorter than the context
 * @param {{ maxTokens: number, stops: readonly string[], sampling: Sampling, grammar?: import('node-llama-cpp').LlamaGrammarEvaluationState | undefined }} wish
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<string, Outcome, void>}
 */
export async function* generate(sequence, prompt, wish, signal) {
  const started = performance.now();
  const cachedTokens = await prefill(sequence, prompt, signal);
  const ready = performance.now();
  const outcome = (finish, completionTokens) => ({
    finish, completionTokens, cachedTokens, promptSeconds: (ready - started) / 1000, completionSeconds: (performance.now() - ready) / 1000,
  });
  if (signal.aborted) return outcome('abort', 0);

  const tokens = [];
  const decoder = new TokenText(sequence.model);
  const stopText = new StopText(wish.stops);
  let finish = 'stop';
  for await (const token of sequence.evaluate([prompt.at(-1)], samplingOptions(wish, tokens))) {
    if (signal.aborted) return outcome('abort', tokens.length);
    tokens.push(token);
    const { text, stopped } = stopText.push(decoder.push(token));
    if (text !== '') yield text;
    if (stopped) return outcome('stop', tokens.length);
    if (tokens.length >= wish.maxTokens) {
      finish = 'length';
      break;
    }
  }
  const rest = stopText.push(decoder.flush());
  const last = rest.stopped ? rest.text : rest.text + stopText.flush();
  if (last !== '') yield last;
  return outcome(finish, tokens.length);
}

/** Brings all but the last token of the prompt into the sequence; returns how many were there already. */
async function prefill(sequence, prompt, signal) {
  const wanted = prompt.slice(0, -1);
  await sequence.adaptStateToTokens(wanted, false);
  const cached = sequence.nextTokenIndex;
  for (let at = cached; at < wanted.length && !signal.aborted; at += PREFILL_TOKENS) {
    await sequence.evaluateWithoutGeneratingNewTokens(wanted.slice(at, at + PREFILL_TOKENS));
  }
  return cached;
}

function samplingOptions({ sampling, grammar }, tokens) {
  const { presencePenalty, frequencyPenalty, repeatPenalty } = sampling;
  const penalised = presencePenalty !== 0 || frequencyPenalty !== 0 || repeatPenalty !== 1;
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: sampling.topK,
    minP: sampling.minP,
    ...(sampling.seed === undefined ? {} : { seed: sampling.seed }),
    ...(grammar === undefined ? {} : { grammarEvaluationState: grammar }),
    ...(penalised ? { repeatPenalty: { punishTokens: () => tokens, penalty: repeatPenalty, presencePenalty, frequencyPenalty } } : {}),
  };
}

/** Turns tokens into text and keeps back bytes that are only part of a character. */
class TokenText {
  #model;
  #pending = [];
  #before = [];

  constructor(model) {
    this.#model = model;
  }

  push(token) {
    this.#pending.push(token);
    const text = this.#model.detokenize(this.#pending, false, this.#before);
    if (text.endsWith('\uFFFD') && this.#pending.length < LONGEST_CHARACTER) return '';
    return this.#take(text);
  }

  flush() {
    return this.#pending.length === 0 ? '' : this.#take(this.#model.detokenize(this.#pending, false, this.#before));
  }

  #take(text) {
    this.#before = [...this.#before, ...this.#pending].slice(-DETOKENIZE_CONTEXT);
    this.#pending = [];
    return text;
  }
}
