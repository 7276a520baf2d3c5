import { Template } from '@huggingface/jinja';
import { resolveChatWrapper } from 'node-llama-cpp';
import { ApiError } from './api-error.mjs';

/**
 * @typedef {{ role: string, content: string, [key: string]: unknown }} Message
 * @typedef {(messages: readonly Message[], extras: Record<string, unknown>) => import('node-llama-cpp').Token[]} ChatPrompt
 */

/**
 * Makes the function that turns a conversation into tokens: with the template that the GGUF file carries, as
 * llama.cpp does; for files without one (or with one that cannot be read) by what the library knows of the architecture.
 * @param {import('node-llama-cpp').LlamaModel} model
 * @param {(line: string) => void} log
 * @returns {ChatPrompt}
 */
export function chatPromptOf(model, log) {
  const source = model.fileInfo.metadata?.tokenizer?.chat_template;
  if (typeof source === 'string') {
    try {
      return templatePrompt(model, new Template(source));
    } catch (error) {
      log(`the chat template of the model cannot be read (${error.message}): falling back to the architecture's usual format`);
    }
  }
  return wrapperPrompt(model);
}

function templatePrompt(model, template) {
  return (messages, extras) => {
    const guard = new Guard(model);
    let text;
    try {
      text = template.render({
        ...extras,
        messages: messages.map((message) => ({ ...message, content: guard.protect(message.content) })),
        add_generation_prompt: true,
        bos_token: model.tokens.bosString ?? '',
        eos_token: model.tokens.eosString ?? '',
      });
    } catch (error) {
      throw new ApiError(400, `messages: the model's chat template refuses this conversation: ${error.message}`, { param: 'messages', code: 'chat_template' });
    }
    return withBegin(model, guard.tokenize(text));
  };
}

/** Keeps what people wrote from becoming control tokens: a text with "<|im_end|>" in it must not end its own turn. */
class Guard {
  #model;
  #texts = [];

  constructor(model) {
    this.#model = model;
  }

  /** The text itself, or a stand-in when it holds something the tokenizer takes for a control token. */
  protect(text) {
    if (this.#model.tokenize(text, true).length === this.#model.tokenize(text, false).length) return text;
    this.#texts.push(text);
    return `\uE000${this.#texts.length - 1}\uE001`;
  }

  tokenize(rendered) {
    return rendered.split(/(\uE000\d+\uE001)/).flatMap((part) => {
      const held = this.#texts[Number(/^\uE000(\d+)\uE001$/.exec(part)?.[1] ?? NaN)];
      if (held !== undefined) return this.#model.tokenize(held, false, 'trimLeadingSpace');
      return part === '' ? [] : this.#model.tokenize(part, true);
    });
  }
}

function wrapperPrompt(model) {
  const wrapper = resolveChatWrapper(model);
  return (messages) => {
    const chatHistory = messages.map(({ role, content }) =>
      role === 'assistant' ? { type: 'model', response: [content] } : { type: role === 'system' ? 'system' : 'user', text: content },
    );
    chatHistory.push({ type: 'model', response: [] });
    return withBegin(model, wrapper.generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer));
  };
}

/** @param {import('node-llama-cpp').LlamaModel} model @param {import('node-llama-cpp').Token[]} tokens */
export function withBegin(model, tokens) {
  const begin = model.tokens.bos;
  if (begin === null || !model.tokens.shouldPrependBosToken || tokens[0] === begin) return tokens;
  return [begin, ...tokens];
}
