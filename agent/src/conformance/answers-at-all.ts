import { askAsUser, type EngineDoor } from './ask-engine.js';
import { refusalOf } from './judge-answers.js';
import { servedModel } from './served-model.js';

/** Below the 20 s that the controller waits. */
const ALL_MS = 17_000;

/** The smallest real work of each kind of model; an engine that does not have one refuses it with a 4xx. */
const QUESTIONS = [
  ['/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 1 }],
  ['/v1/completions', { prompt: 'Hi', max_tokens: 1 }],
  ['/v1/embeddings', { input: 'Hi' }],
  ['/v1/rerank', { query: 'Hi', documents: ['Hi'] }],
] as const;

/**
 * One token (or one vector, or one rank) as a user would ask for it. Empty when the engine gave it, otherwise what went wrong,
 * without words of the model. Never rejects; takes at most `allMs`.
 */
export async function answersAtAll(door: EngineDoor, allMs = ALL_MS): Promise<string> {
  const end = performance.now() + allMs;
  const left = (): number => Math.max(1, Math.round(end - performance.now()));
  const model = await servedModel(door, left());
  let refused = '';
  for (const [path, question] of QUESTIONS) {
    const told = await askAsUser(door, path, { model, ...question }, left());
    if (told.status === 200) return '';
    const why = told.status === 0 ? `the engine did not answer POST ${path}: ${told.body}` : `POST ${path}: the engine ${refusalOf(told)}`;
    if (told.status === 0 || told.status >= 500) return why;
    refused ||= why;
  }
  return refused;
}
