import { createServer } from 'node:http';
import { mayCall } from './api-key.mjs';
import { Answer, usageOf } from './answers.mjs';
import { ApiError, badField, unauthorised } from './api-error.mjs';
import { EventStream } from './event-stream.mjs';
import { checkBody, checkMessages, checkTexts, checkWish } from './request-check.mjs';

const MAX_BODY_BYTES = 32 * 1024 * 1024;
/** OpenAI's default for text completions. */
const COMPLETION_TOKENS = 16;
const started = Math.floor(Date.now() / 1000);

const ROUTES = {
  'GET /v1/models': models,
  'GET /metrics': metricsText,
  'POST /v1/chat/completions': chat,
  'POST /v1/completions': completion,
  'POST /v1/embeddings': embeddings,
};

/**
 * Serves the engine; resolves when the port is open, before the model is loaded.
 * @param {import('./engine.mjs').Engine} engine
 * @param {import('./metrics.mjs').Metrics} metrics
 * @param {import('./arguments.mjs').Settings & { keys: readonly Buffer[] | undefined }} settings
 * @returns {Promise<import('node:http').Server>}
 */
export function listen(engine, metrics, settings) {
  const world = { engine, metrics, ...settings };
  const server = createServer((request, response) => void handle(world, request, response));
  // Longer than any sensible client pool keeps idle connections, so that it is never us who closes under a request.
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, () => resolve(server));
  });
}

async function handle(world, request, response) {
  const path = (request.url ?? '/').split('?', 1)[0];
  try {
    if (request.method === 'GET' && (path === '/health' || path === '/v1/health')) return health(world.engine, response);
    if (!mayCall(world.keys, request.headers.authorization)) throw unauthorised();
    const route = ROUTES[`${request.method} ${path}`];
    if (!route) throw unknownRoute(request.method, path);
    world.engine.requireReady();
    await route(world, request, response);
  } catch (error) {
    await answerError(response, error);
  }
}

function health(engine, response) {
  if (engine.state === 'ready') return json(response, 200, { status: 'ok' });
  return json(response, 503, { status: engine.state, progress: engine.progress });
}

function models({ engine, alias }, _request, response) {
  json(response, 200, { object: 'list', data: [{ id: alias, object: 'model', created: started, owned_by: 'llamacpp', meta: engine.facts }] });
}

function metricsText({ engine, metrics }, _request, response) {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  response.end(metrics.text({ running: engine.running, waiting: engine.waiting }));
}

async function chat({ engine, alias }, request, response) {
  const body = checkBody(await readJson(request), alias);
  const wish = checkWish(body);
  const prompt = engine.chatTokens(checkMessages(body.messages), body.chat_template_kwargs);
  await answer(engine, new Answer('chat', alias), prompt, wish, response);
}

async function completion({ engine, alias }, request, response) {
  const body = checkBody(await readJson(request), alias);
  const wish = checkWish(body);
  const [text, ...more] = checkTexts(body.prompt, 'prompt', engine.vocabularySize);
  if (more.length > 0) throw badField('prompt', 'must be one prompt');
  await answer(engine, new Answer('text', alias), engine.textTokens(text), { ...wish, maxTokens: wish.maxTokens ?? COMPLETION_TOKENS }, response);
}

async function embeddings({ engine, alias }, request, response) {
  const body = checkBody(await readJson(request), alias);
  const format = body.encoding_format ?? 'float';
  if (format !== 'float' && format !== 'base64') throw badField('encoding_format', 'must be float or base64');
  const { vectors, tokens } = await engine.embed(checkTexts(body.input, 'input', engine.vocabularySize));
  json(response, 200, {
    object: 'list', model: alias,
    data: vectors.map((vector, index) => ({
      object: 'embedding', index, embedding: format === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

async function answer(engine, shape, prompt, wish, response) {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const pieces = engine.answer(prompt, wish, gone.signal);
  try {
    await (wish.stream ? stream(shape, prompt, wish, pieces, response) : whole(shape, prompt, pieces, response));
  } finally {
    // However it ended, the sequence goes back.
    await pieces.return(undefined);
  }
}

async function whole(shape, prompt, pieces, response) {
  let text = '';
  let next = await pieces.next();
  for (; !next.done; next = await pieces.next()) text += next.value;
  if (next.value === undefined || response.destroyed) return;
  json(response, 200, shape.whole(text, finishReason(next.value), usageOf(prompt.length, next.value)));
}

async function stream(shape, prompt, wish, pieces, response) {
  const events = new EventStream(response);
  // OpenAI's contract: with include_usage every chunk has the key, and only the last one a value.
  const withUsage = (chunk) => (wish.includeUsage ? { ...chunk, usage: null } : chunk);
  let next = await pieces.next();
  if (next.done && next.value === undefined) return;
  const opening = shape.opening();
  if (opening) await events.send(withUsage(opening));
  for (; !next.done; next = await pieces.next()) await events.send(withUsage(shape.piece(next.value)));
  if (response.destroyed) return;
  await events.send(withUsage(shape.closing(finishReason(next.value))));
  if (wish.includeUsage) await events.send(shape.usage(usageOf(prompt.length, next.value)));
  await events.end();
}

/** Answers cut by our own stop look to the caller like any that ran out of room. */
function finishReason(outcome) {
  return outcome.finish === 'abort' ? 'length' : outcome.finish;
}

async function readJson(request) {
  const parts = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new ApiError(413, `body: larger than ${MAX_BODY_BYTES} bytes`, { code: 'body_too_large' });
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch (error) {
    throw new ApiError(400, `body: not JSON: ${error.message}`, { code: 'invalid_json' });
  }
}

function unknownRoute(method, path) {
  const other = Object.keys(ROUTES).some((route) => route.endsWith(` ${path}`));
  return other ? new ApiError(405, `${method} is not possible on ${path}`, { code: 'method_not_allowed' }) : new ApiError(404, `there is no ${path} here`, { code: 'not_found' });
}

async function answerError(response, error) {
  const known = error instanceof ApiError;
  // Prompts never reach the log: the message of an engine error does not hold them.
  if (!known) console.error(`request failed: ${error instanceof Error ? error.message : String(error)}`);
  const shown = known ? error : new ApiError(500, 'The engine failed to compute this answer.', { type: 'server_error', code: 'engine_error' });
  if (response.destroyed) return;
  if (response.headersSent) {
    const events = new EventStream(response);
    await events.send(shown.body());
    await events.end();
    return;
  }
  if (shown.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(shown.retryAfterSeconds));
  if (shown.status === 413) response.setHeader('connection', 'close');
  json(response, shown.status, shown.body());
}

function json(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
