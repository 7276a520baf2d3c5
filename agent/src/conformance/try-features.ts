import type { ConformanceResult } from '@openstation/proto';
import { askEngine, type EngineDoor } from './ask-engine.js';
import { servedModel } from './served-model.js';
import { judgeChat, judgeEmbedding, judgeJson, judgeReasoning, judgeTools, judgeUsage, type Judged } from './judge-answers.js';

/** CPUs take a while for some dozen tokens; longer than that is its own answer. */
const QUESTION_MS = 20_000;

export type TriedFeatures = Pick<ConformanceResult, 'features' | 'embeddingDimensions'>;

const TOOL = { type: 'function', function: { name: 'get_time', description: 'Tells the time of a city', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } } };
const SCHEMA = { type: 'json_schema', json_schema: { name: 'verdict', strict: true, schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false } } };

/**
 * Tries the features of the OpenAI interface on an engine that serves, one after another, so that it never has more
 * than one of these requests. Never rejects; takes at most six times twenty seconds.
 */
export async function tryFeatures(door: EngineDoor, questionMs = QUESTION_MS): Promise<TriedFeatures> {
  const model = await servedModel(door, questionMs);
  const chat = (content: string, tokens: number, more: object = {}) =>
    askEngine(door, '/v1/chat/completions', { model, messages: [{ role: 'user', content }], max_tokens: tokens, temperature: 0, ...more }, questionMs);
  const answer = await chat('What is 2 + 2? Answer with one number.', 96);
  const stream = await chat('Say yes.', 4, { stream: true, stream_options: { include_usage: true } });
  const tools = await chat('What time is it in Paris? Use the tool.', 96, { tools: [TOOL], tool_choice: 'auto' });
  const json = await chat('Is 2 + 2 = 4? Answer in JSON.', 64, { response_format: SCHEMA });
  const embedding = judgeEmbedding(await askEngine(door, '/v1/embeddings', { model, input: 'yes' }, questionMs));
  const feature = (name: string, { verdict, detail }: Judged) => ({ name, verdict, detail });
  return {
    features: [
      feature('chat-template', judgeChat(answer)), feature('streaming-usage', judgeUsage(stream)), feature('tools', judgeTools(tools)), feature('json-schema', judgeJson(json)),
      feature('reasoning', judgeReasoning(answer)), feature('embeddings', embedding),
    ],
    embeddingDimensions: embedding.dimensions,
  };
}
