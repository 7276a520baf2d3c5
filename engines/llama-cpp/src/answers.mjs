import { randomBytes } from 'node:crypto';

/** The JSON shapes of one answer, whole or in pieces; `kind` is 'chat' or 'text'. */
export class Answer {
  #chat;
  #head;

  /** @param {'chat' | 'text'} kind @param {string} model */
  constructor(kind, model) {
    this.#chat = kind === 'chat';
    const id = `${this.#chat ? 'chatcmpl' : 'cmpl'}-${randomBytes(16).toString('hex')}`;
    this.#head = { id, created: Math.floor(Date.now() / 1000), model };
  }

  whole(text, finish, usage) {
    const choice = this.#chat ? { message: { role: 'assistant', content: text, refusal: null } } : { text };
    return { ...this.#head, object: this.#chat ? 'chat.completion' : 'text_completion', choices: [{ index: 0, ...choice, logprobs: null, finish_reason: finish }], usage };
  }

  /** The chunk that opens a chat stream; text completions have none. */
  opening() {
    return this.#chat ? this.#chunk({ delta: { role: 'assistant', content: '' } }, null) : undefined;
  }

  piece(text) {
    return this.#chunk(this.#chat ? { delta: { content: text } } : { text }, null);
  }

  closing(finish) {
    return this.#chunk(this.#chat ? { delta: {} } : { text: '' }, finish);
  }

  usage(usage) {
    return { ...this.#base(), choices: [], usage };
  }

  #chunk(content, finish) {
    return { ...this.#base(), choices: [{ index: 0, ...content, logprobs: null, finish_reason: finish }] };
  }

  #base() {
    return { ...this.#head, object: this.#chat ? 'chat.completion.chunk' : 'text_completion' };
  }
}

/** @param {number} promptTokens @param {import('./generation.mjs').Outcome} outcome */
export function usageOf(promptTokens, { completionTokens, cachedTokens }) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
