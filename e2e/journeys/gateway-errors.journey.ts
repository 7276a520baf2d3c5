import OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { useCluster } from '../harness/cluster/index.js';
import { openaiClient, streamChat } from '../harness/openai.js';

describe('errors of the gateway, through the official client', () => {
  const cluster = useCluster(() => ({ script: { models: { stuck: { loadHangPercent: 40 } } } }));
  let key: string;
  let userId: string;
  let client: OpenAI;

  beforeAll(async () => {
    const { admin, gatewayUrls, modelFile } = cluster();
    const model = await admin.importModel(modelFile, 'tiny');
    await admin.deployAndWait({ name: 'steady', modelId: model.id });
    await admin.deploy({ name: 'stuck', modelId: model.id });
    userId = (await admin.createUser('ada')).id;
    key = (await admin.createKey(userId)).secret;
    client = openaiClient(gatewayUrls[0]!, key);
    await waitFor(async () => streamChat(client, 'steady'), { what: 'the service through the gateway', timeoutMs: 10_000 });
  }, 90_000);

  test('a key that does not exist: 401', async () => {
    const wrong = key.slice(0, -8) + (key.at(-8) === 'A' ? 'B' : 'A') + key.slice(-7);
    for (const text of [wrong, 'sk-nonsense', ' ']) {
      const error = await failure(openaiClient(cluster().gatewayUrls[0]!, text));
      expect(error).toBeInstanceOf(OpenAI.AuthenticationError);
      expect(error).toMatchObject({ status: 401, type: 'invalid_request_error', code: 'invalid_api_key' });
      expect(error.message).not.toContain(wrong);
    }
  });

  test('no key at all: 401', async () => {
    const answer = await fetch(`${cluster().gatewayUrls[0]!}/models`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String), type: expect.any(String), param: null } });
  });

  test('a model nobody deployed: 404', async () => {
    const error = await failure(client, 'no-such-model');
    expect(error).toBeInstanceOf(OpenAI.NotFoundError);
    expect(error).toMatchObject({ status: 404, code: 'model_not_found' });
    expect(error.message).toContain('no-such-model');
  });

  test('a model without a ready instance: 503 with Retry-After', async () => {
    const error = await failure(client, 'stuck');
    expect(error).toMatchObject({ status: 503 });
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0);
    expect(error.message).toContain('stuck');
  });

  test('a body that is not JSON: 400', async () => {
    const answer = await fetch(`${cluster().gatewayUrls[0]!}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{"model": ' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { message: expect.any(String), type: 'invalid_request_error' } });
  });

  test('a request without a model: 400 that names the parameter', async () => {
    const answer = await fetch(`${cluster().gatewayUrls[0]!}/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: '{"messages": []}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { param: 'model', type: 'invalid_request_error' } });
  });

  test('a body over the limit: 413, and the connection does not hang', async () => {
    const error = await failure(client, 'steady', 'x'.repeat(11 * 1024 * 1024));
    expect(error).toMatchObject({ status: 413 });
  });

  test("an engine's own refusal reaches the client as it is", async () => {
    await cluster().scriptEngines({ models: { stuck: { loadHangPercent: 40 }, steady: { fault: 'status', faultStatus: 422, faultTimes: 1 } } });
    const error = await failure(client);
    expect(error).toMatchObject({ status: 422 });
    expect(error.message).toContain('scripted failure');
  });

  test('a stream the engine cuts ends as an error, not as a short answer', async () => {
    await cluster().scriptEngines({ models: { stuck: { loadHangPercent: 40 }, steady: { fault: 'truncate' } } });
    await expect(streamChat(client, 'steady')).rejects.toThrow();
    await cluster().scriptEngines({ models: { stuck: { loadHangPercent: 40 } } });
    await waitFor(async () => (await cluster().admin.calls()).some((call) => call.outcome === 'truncated'), { what: 'the cut call in the log', timeoutMs: 10_000 });
  });

  // Last: the user stays disabled.
  test('a disabled user: 403', async () => {
    await cluster().admin.rest.patch(`/users/${userId}`, { status: 'disabled' });
    const error = await waitFor(async () => {
      const now = await failure(client).catch(() => undefined);
      return now?.status === 403 && now;
    }, { what: '403 after disabling', timeoutMs: 5000 });
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
  });
});

/** The error of one chat. @throws Error when it succeeds */
async function failure(client: OpenAI, model = 'steady', content = 'Hello'): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
  } catch (error) {
    if (error instanceof OpenAI.APIError) return error as InstanceType<typeof OpenAI.APIError>;
    throw error;
  }
  throw new Error(`a chat with ${model} succeeded`);
}
