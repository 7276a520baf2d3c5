import { ConformanceResult_Verdict as Verdict } from '@openstation/proto';
import type { Told } from './ask-engine.js';

/** What an answer shows. `detail` never has words of a model in it. */
export interface Judged {
  readonly verdict: Verdict;
  readonly detail: string;
}

const yes = (detail = ''): Judged => ({ verdict: Verdict.YES, detail });
const no = (detail: string): Judged => ({ verdict: Verdict.NO, detail });
const open = (detail: string): Judged => ({ verdict: Verdict.OPEN, detail });

interface Message {
  readonly content?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_content?: unknown;
  readonly tool_calls?: unknown;
}
interface Choice {
  readonly message?: Message;
  readonly finish_reason?: unknown;
}

export function judgeChat(told: Told): Judged {
  if (told.status === 0) return open(told.body);
  if (told.status !== 200) return no(refusalOf(told));
  return choiceOf(told)?.message ? yes() : no('the answer has no message');
}

/** vLLM calls it `reasoning`, SGLang and llama.cpp `reasoning_content`; without a parser the tags stand in the content. */
export function judgeReasoning(told: Told): Judged {
  const message = told.status === 200 ? choiceOf(told)?.message : undefined;
  if (!message) return open('the chat was not answered');
  const field = (['reasoning', 'reasoning_content'] as const).find((name) => typeof message[name] === 'string' && message[name] !== '');
  if (field) return yes(`in the field ${field}`);
  if (typeof message.content === 'string' && /<\/?think>/.test(message.content)) return no('the thinking stands in the answer itself: the engine has no reasoning parser for this model');
  return open('the model showed no thinking');
}

/** Server-sent events; the last one before [DONE] that counts tokens. */
export function judgeUsage({ status, body }: Told): Judged {
  if (status === 0) return open(body);
  if (status !== 200) return no(refusalOf({ status, body }));
  const events = body.split('\n').filter((line) => line.startsWith('data: ') && !line.includes('[DONE]')).map((line) => parsed(line.slice(6)) as { usage?: { completion_tokens?: unknown } } | undefined);
  if (events.length < 2) return no('the answer did not come as a stream');
  return typeof events.findLast((event) => event?.usage)?.usage?.completion_tokens === 'number' ? yes() : no('the stream ended without the number of tokens');
}

export function judgeTools(told: Told): Judged {
  if (told.status === 0) return open(told.body);
  if (told.status !== 200) return no(refusalOf(told));
  const calls = choiceOf(told)?.message?.tool_calls;
  return Array.isArray(calls) && calls.length > 0 ? yes() : open('tools are taken; the model called none');
}

export function judgeJson(told: Told): Judged {
  if (told.status === 0) return open(told.body);
  if (told.status !== 200) return no(refusalOf(told));
  const choice = choiceOf(told);
  const content = choice?.message?.content;
  const value = typeof content === 'string' ? (parsed(content) as { ok?: unknown } | undefined) : undefined;
  if (typeof value?.ok === 'boolean') return yes();
  return choice?.finish_reason === 'length' ? open('the answer was cut off before its end') : no('the answer does not follow the schema');
}

export function judgeEmbedding(told: Told): Judged & { readonly dimensions: number } {
  if (told.status === 0) return { ...open(told.body), dimensions: 0 };
  if (told.status !== 200) return { ...open(`not offered (${told.status})`), dimensions: 0 };
  const vector = (parsed(told.body) as { data?: { embedding?: unknown }[] } | undefined)?.data?.[0]?.embedding;
  const dimensions = Array.isArray(vector) && vector.every((one) => typeof one === 'number') ? vector.length : 0;
  return dimensions > 0 ? { ...yes(`${dimensions} dimensions`), dimensions } : { ...no('the answer has no vector'), dimensions: 0 };
}

/** The status and the engine's words about our own question: `{"error": {"message"}}`, or flat as SGLang has it. */
export function refusalOf({ status, body }: Told): string {
  const content = parsed(body) as { message?: unknown; error?: { message?: unknown } | string } | undefined;
  const message = typeof content?.error === 'object' ? content.error.message : (content?.error ?? content?.message);
  return `answered ${status}${typeof message === 'string' ? `: ${message.slice(0, 200)}` : ''}`;
}

function choiceOf({ body }: Told): Choice | undefined {
  return (parsed(body) as { choices?: Choice[] } | undefined)?.choices?.[0];
}

function parsed(text: string): unknown {
  try {
    return (JSON.parse(text) as unknown) ?? undefined;
  } catch {
    return undefined; // whoever asks says what is missing
  }
}
