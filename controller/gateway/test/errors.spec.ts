import { CallOutcome, KeyState, newApiKey } from '@openstation/proto';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, chunk, json, sse } from './answers.js';
import { TestCluster, keyEntry, route } from './cluster.js';
import { FakeNode } from './fake-node.js';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
const disabled = newApiKey().text;
const expired = newApiKey().text;
const narrow = newApiKey().text;
let cluster: TestCluster;
let node: FakeNode;

const keys = () => [
  keyEntry(cluster.key),
  keyEntry(disabled, { state: KeyState.DISABLED, userId: 'u2' }),
  keyEntry(expired, { expiresAtMs: Date.now() - 1 }),
  keyEntry(narrow, { models: ['other'] }),
];
const routes = () => [route('m', [node.target]), route('cold', []), route('other', [node.target])];

beforeAll(async () => {
  cluster = await TestCluster.start({ limits: { bodyBytes: 100_000, uploadBytes: 200_000, callsPerKey: 2 }, cors: { origins: ['https://chat.example'] } });
  node = new FakeNode(cluster.authority, 'n1');
  await node.start();
  node.behave = (_seen, response) => json(response, 200, COMPLETION);
  await cluster.serve(routes(), keys());
});
afterAll(async () => {
  await cluster.stop();
  await node.stop();
});
beforeEach(() => cluster.forgetRecords());

async function failure(model: string, key?: string): Promise<InstanceType<typeof OpenAI.APIError>> {
  const client = cluster.client(key === undefined ? {} : { key });
  const error: unknown = await client.chat.completions.create({ model, messages: MESSAGES }).catch((e: unknown) => e);
  if (!(error instanceof OpenAI.APIError)) throw new Error('the call did not fail');
  return error;
}

describe('each fault has its class in the official client', () => {
  it('unknown key', async () => {
    const error = await failure('m', newApiKey().text);
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error', param: null });
    expect(error.requestID).toMatch(/^req_/);
  });

  it('a key with a typo, and none at all', async () => {
    expect((await failure('m', `${cluster.key.slice(0, -1)}!`)).code).toBe('invalid_api_key');
    const answer = await fetch(`${cluster.url}/v1/chat/completions`, { method: 'POST', body: '{"model":"m"}' });
    expect(answer.status).toBe(401);
  });

  it('disabled and expired keys, recorded because the key is known', async () => {
    const error = await failure('m', disabled);
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, code: 'key_disabled' });
    expect(await failure('m', expired)).toMatchObject({ status: 403, code: 'key_expired' });
    const records = await cluster.records(2);
    expect(records).toHaveLength(2);
    expect(records.find((record) => record.userId === 'u2')).toMatchObject({ outcome: CallOutcome.REJECTED, status: 403, errorCode: 'key_disabled' });
  });

  it('a model the key may not call', async () => {
    const error = await failure('m', narrow);
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, code: 'permission_denied', param: 'model' });
    expect((await cluster.client({ key: narrow }).models.list()).data.map((model) => model.id)).toEqual(['other']);
    await expect(cluster.client({ key: narrow }).models.retrieve('m')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('unknown model', async () => {
    const error = await failure('nope');
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
    expect((await cluster.lastRecord(1)).errorCode).toBe('model_not_found');
  });

  it('known model without a ready instance: Retry-After is obeyed', async () => {
    const error = await failure('cold');
    expect(error).toBeInstanceOf(OpenAI.InternalServerError);
    expect(error).toMatchObject({ status: 503, code: 'model_not_ready' });
    expect(error.headers?.get('retry-after')).toBe('3');
  });

  it.each([
    ['bad JSON', '{"model":', null, 'invalid_json'],
    ['no object', '[1]', null, 'invalid_json'],
    ['no model', '{}', 'model', 'missing_required_parameter'],
    ['model of another type', '{"model":7}', 'model', 'invalid_type'],
    ['stream of another type', '{"model":"m","stream":"yes"}', 'stream', 'invalid_type'],
    ['a name twice', '{"model":"m","model":"other"}', 'model', 'invalid_body'],
    ['a name twice, escaped', '{"model":"m","m\\u006fdel":"other"}', 'model', 'invalid_body'],
    ['nesting', `{"model":"m","x":${'['.repeat(200)}${']'.repeat(200)}}`, null, 'invalid_body'],
    ['a template program', '{"model":"m","chat_template":"{{x}}"}', 'chat_template', 'unsupported_parameter'],
    ['an address to fetch', '{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"http://169.254.169.254/"}}]}]}', 'messages[0].content', 'unsupported_parameter'],
  ])('400: %s', async (_name, body, param, code) => {
    const answer = await cluster.post('/v1/chat/completions', body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error', param, code } });
  });

  it('two credentials at once', async () => {
    const answer = await cluster.post('/v1/chat/completions', { model: 'm' }, { headers: { 'x-api-key': cluster.key } });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: 'ambiguous_credentials' } });
  });

  it('too many calls of one key', async () => {
    node.behave = (_seen, response) => void sse(response).write(chunk({ content: 'a' }));
    const stop = new AbortController();
    for (let i = 0; i < 2; i++) await cluster.post('/v1/chat/completions', { model: 'm', stream: true }, { signal: stop.signal });
    const error = await failure('m');
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    stop.abort();
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    await cluster.records(3);
    expect((await cluster.post('/v1/chat/completions', { model: 'm' })).status).toBe(200);
  });

  it('Anthropic\'s routes use Anthropic\'s words', async () => {
    const answer = await fetch(`${cluster.url}/v1/messages`, { method: 'POST', headers: { 'x-api-key': 'nope' }, body: '{}' });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' }, request_id: expect.stringMatching(/^req_/) });
  });

  it('unknown address and wrong method', async () => {
    const unknown = await cluster.get('/v1/nothing');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: { code: 'unknown_url' } });
    const wrong = await cluster.get('/v1/chat/completions');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
  });
});

describe('the official client\'s retries', () => {
  it('stop where they cannot help', async () => {
    node.seen.length = 0;
    node.behave = (_seen, response) => void response.destroy();
    await expect(cluster.client({ maxRetries: 3 }).chat.completions.create({ model: 'm', messages: MESSAGES })).rejects.toMatchObject({ status: 502 });
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    const records = await cluster.records(1);
    expect(records).toHaveLength(1);
  });
});

describe('sizes', () => {
  it('413 from the announced length, before the body is read', async () => {
    const socket = connect(cluster.port, '127.0.0.1');
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.key}\r\nexpect: 100-continue\r\ncontent-length: 100001\r\n\r\n`);
    const text = String(await new Promise((resolve) => socket.once('data', resolve)));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('request_too_large');
  });

  it('413 while streaming when no length was announced', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(Buffer.alloc(10_000, 32));
      },
    });
    const answer = await fetch(`${cluster.url}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${cluster.key}` }, body, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect((await cluster.lastRecord(1)).errorCode).toBe('request_too_large');
  });

  it('413 for a streamed form without announced length', async () => {
    const part = Buffer.from('--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nm\r\n--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n');
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(sent === 0 ? part : Buffer.alloc(10_000, 32));
        sent += 1;
      },
    });
    const answer = await fetch(`${cluster.url}/v1/audio/transcriptions`, { method: 'POST', headers: { authorization: `Bearer ${cluster.key}`, 'content-type': 'multipart/form-data; boundary=b' }, body, duplex: 'half' });
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(5000);
  });

  it('100 Continue is sent when the body is wanted', async () => {
    const socket = connect(cluster.port, '127.0.0.1');
    const body = '{"model":"m"}';
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.key}\r\nexpect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`);
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toMatch(/^HTTP\/1\.1 100 /);
    socket.write(body);
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it.each([
    ['headers above 16 KiB', `GET /healthz HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['both framings', 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n', 400],
    ['two lengths', 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd', 400],
    ['folded headers', 'GET /healthz HTTP/1.1\r\nhost: x\r\nx: a\r\n b\r\n\r\n', 400],
    ['garbage', 'hello\r\n\r\n', 400],
  ])('%s are refused in the shape clients know', async (_name, bytes, status) => {
    const socket = connect(cluster.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    const text = String(await new Promise((resolve) => socket.once('data', resolve)));
    socket.destroy();
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text).toContain('"error"');
  });
});

describe('headers', () => {
  it('a sane request id is kept and passed on, a strange one replaced', async () => {
    node.seen.length = 0;
    const kept = await cluster.post('/v1/chat/completions', { model: 'm' }, { headers: { 'x-request-id': 'my-id.1' } });
    expect(kept.headers.get('x-request-id')).toBe('my-id.1');
    expect(node.seen[0]?.headers['x-request-id']).toBe('my-id.1');
    const replaced = await cluster.post('/v1/chat/completions', { model: 'm' }, { headers: { 'x-request-id': 'a b"' } });
    expect(replaced.headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{32}$/);
  });

  it('engine cookies, servers and CORS marks stay inside; streams are not buffered on their way', async () => {
    node.behave = (_seen, response) => {
      response.setHeader('set-cookie', 'a=b').setHeader('server', 'engine').setHeader('access-control-allow-origin', '*');
      sse(response).end(chunk({}, 'stop'));
    };
    const answer = await cluster.post('/v1/chat/completions', { model: 'm', stream: true });
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    for (const name of ['set-cookie', 'server', 'access-control-allow-origin']) expect(answer.headers.get(name)).toBeNull();
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('pages of a configured origin may call, others may not', async () => {
    const preflight = (origin: string) => fetch(`${cluster.url}/v1/chat/completions`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
    const allowed = await preflight('https://chat.example');
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://chat.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
