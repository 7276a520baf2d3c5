import { sleep } from '@openstation/kit';
import { UserError } from '../install/index.js';

export interface ChatFigures {
  readonly answer: string;
  readonly ttftMs: number;
  readonly completionTokens: number;
  /** Over the whole call, the wait for the first token included. */
  readonly tokensPerSecond: number;
}

export interface ChatWish {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly question: string;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/** Key and route were made a moment ago and reach the gateway by push: so long they may take. */
const PROPAGATION_MS = 10_000;
const ANSWER_MS = 120_000;

/**
 * One streamed chat completion through the gateway.
 * @throws UserError with the gateway's words
 */
export async function chat(wish: ChatWish): Promise<ChatFigures> {
  const end = performance.now() + PROPAGATION_MS;
  for (;;) {
    const started = performance.now();
    const response = await fetch(`${wish.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${wish.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: wish.model, messages: [{ role: 'user', content: wish.question }], stream: true, stream_options: { include_usage: true } }),
      signal: AbortSignal.any([wish.signal, AbortSignal.timeout(ANSWER_MS)]),
    });
    if (response.ok && response.body) return readAnswer(response.body, started, wish.onText);
    const text = await response.text();
    if (![401, 403, 404, 503].includes(response.status) || performance.now() > end) throw new UserError(`the gateway answered ${response.status}: ${messageOf(text)}`);
    await sleep(100, wish.signal);
  }
}

async function readAnswer(body: ReadableStream<Uint8Array>, started: number, onText: (text: string) => void): Promise<ChatFigures> {
  let answer = '';
  let first: number | undefined;
  let tokens: number | undefined;
  for await (const event of events(body)) {
    if (event === '[DONE]') break;
    const chunk = JSON.parse(event) as Chunk;
    if (chunk.error) throw new UserError(`the answer broke off: ${chunk.error.message}`);
    const text = chunk.choices?.[0]?.delta?.content ?? '';
    if (text !== '') {
      first ??= performance.now();
      answer += text;
      onText(text);
    }
    tokens = chunk.usage?.completion_tokens ?? tokens;
  }
  if (first === undefined) throw new UserError('the answer was empty');
  const completionTokens = tokens ?? 0;
  return { answer, ttftMs: first - started, completionTokens, tokensPerSecond: completionTokens / ((performance.now() - started) / 1000) };
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[];
  readonly usage?: { readonly completion_tokens: number } | null;
  readonly error?: { readonly message: string };
}

/** The data of each server-sent event; network reads and events have nothing to do with each other. */
export async function* events(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const part of body) {
    buffer += decoder.decode(part, { stream: true });
    const whole = buffer.split(/\r?\n\r?\n/);
    buffer = whole.pop() ?? '';
    for (const event of whole) {
      const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart()).join('\n');
      if (data !== '') yield data;
    }
  }
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message;
  } catch {
    return text.slice(0, 300);
  }
}
