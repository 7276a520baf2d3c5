import { CallOutcome } from '@openstation/proto';
import { waitFor } from '@openstation/kit';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, DONE, chunk, json, sse } from './answers.js';
import { TestCluster, route } from './cluster.js';
import { FakeNode } from './fake-node.js';

const CHAT = { model: 'm', messages: [{ role: 'user' as const, content: 'hello' }] };
let cluster: TestCluster;
let node: FakeNode;

beforeAll(async () => {
  cluster = await TestCluster.start({ timeouts: { commentSeconds: 0.2 } });
  node = new FakeNode(cluster.authority, 'n1');
  await node.start();
});
afterAll(async () => {
  await cluster.stop();
  await node.stop();
});
beforeEach(async () => {
  await cluster.serve([route('m', [], true)]);
  node.seen.length = 0;
  cluster.forgetRecords();
});

const awake: FakeNode['behave'] = (_seen, response) => void sse(response).end(chunk({ content: 'awake' }) + chunk({}, 'stop') + DONE);
const demand = (waiting: number) => waitFor(() => cluster.control.traffic?.services.some((one) => one.serviceId === 's-m' && one.waiting === waiting && one.inFlight === waiting), { what: `a report of ${waiting} waiting`, timeoutMs: 5_000 });

async function drained(stream: AsyncIterable<unknown>): Promise<number> {
  let events = 0;
  for await (const event of stream) if (event !== undefined) events += 1;
  return events;
}

describe('a service that sleeps', () => {
  it('keeps a stream open with comments until its instance is there, and answers it', async () => {
    node.behave = awake;
    const answer = await cluster.post('/v1/chat/completions', { ...CHAT, stream: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toMatch(/^: /);
    await demand(1);
    expect(node.seen).toEqual([]);
    await cluster.serve([route('m', [node.target])]);
    let text = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(text).toContain('awake');
    expect(text).toContain('[DONE]');
    const [record] = await cluster.records(1);
    expect(record).toMatchObject({ outcome: CallOutcome.OK, status: 200 });
    expect(record?.queueMs).toBeGreaterThan(50);
  });

  it('looks to the official client like one slow stream', async () => {
    node.behave = awake;
    const stream = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
    await cluster.serve([route('m', [node.target])]);
    let text = '';
    for await (const event of stream) text += event.choices[0]?.delta.content ?? '';
    expect(text).toBe('awake');
  });

  it('tells other calls when to come again, and counts them as demand', async () => {
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    const error = await cluster.client().chat.completions.create(CHAT).then(() => undefined, (reason: unknown) => reason as InstanceType<typeof OpenAI.APIError>);
    expect(error).toMatchObject({ status: 503, code: 'model_not_ready' });
    expect(Number(error?.headers?.get('retry-after'))).toBeGreaterThan(0);
    await demand(1);
  });

  it('says so in the stream when nobody starts an instance after all, and when the engine refuses', async () => {
    const gone = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
    await cluster.serve([route('m', [], false)]);
    await expect(drained(gone)).rejects.toThrow(/no instance/);
    await cluster.serve([route('m', [], true)]);
    node.behave = (_seen, response) => void response.writeHead(502).end('<html>');
    const refused = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
    await cluster.serve([route('m', [node.target])]);
    await expect(drained(refused)).rejects.toThrow(/status 502/);
  });

  it.each([
    ['OpenAI’s form', { error: { message: 'the prompt is too long', type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' } }, { type: 'invalid_request_error', param: 'messages', code: 'context_length_exceeded' }],
    ['older vLLM’s form', { object: 'error', message: 'the prompt is too long', type: 'BadRequestError', param: null, code: 400 }, { type: 'BadRequestError', code: '400' }],
  ])('what the engine then says in %s is raised by the official client as an API error', async (_, body, fields) => {
    node.behave = (_seen, response) => json(response, 400, body);
    const stream = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
    await cluster.serve([route('m', [node.target])]);
    const raised = await drained(stream).then(() => undefined, (reason: unknown) => reason);
    expect(raised).toBeInstanceOf(OpenAI.APIError);
    expect(raised).toMatchObject({ ...fields, message: expect.stringContaining('the prompt is too long') as string });
    const [record] = await cluster.records(1);
    expect(record).toMatchObject({ outcome: CallOutcome.REJECTED, status: 200, errorCode: 'engine_error' });
  });

  it('that wakes before the first comment is due refuses with the status of the engine, or none at all', async () => {
    const patient = await TestCluster.start({ timeouts: { commentSeconds: 60 } });
    const near = new FakeNode(patient.authority, 'n2');
    await near.start();
    try {
      await patient.serve([route('m', [], true)]);
      const ask = () => patient.client().chat.completions.create({ ...CHAT, stream: true }).then(() => undefined, (reason: unknown) => reason as InstanceType<typeof OpenAI.APIError>);
      const waits = () => waitFor(() => patient.control.traffic?.services.some((one) => one.waiting === 1), { what: 'a waiting call', timeoutMs: 5_000 });
      near.behave = (_seen, response) => json(response, 400, { error: { message: 'too long', code: 'context_length_exceeded' } });
      const refused = ask();
      await waits();
      await patient.serve([route('m', [near.target])]);
      expect(await refused).toMatchObject({ status: 400, code: 'context_length_exceeded' });
      await patient.serve([route('m', [], true)]);
      await waitFor(() => patient.control.traffic?.services.every((one) => one.waiting === 0), { what: 'no waiting call', timeoutMs: 5_000 });
      const forgotten = ask();
      await waits();
      await patient.serve([route('m', [], false)]);
      expect(await forgotten).toMatchObject({ status: 503, code: 'model_not_ready' });
    } finally {
      await patient.stop();
      await near.stop();
    }
  });

  it('forgets a call whose client went', async () => {
    const abort = new AbortController();
    const waiting = cluster.client().chat.completions.create({ ...CHAT, stream: true }, { signal: abort.signal });
    await waiting;
    abort.abort();
    const [record] = await cluster.records(1);
    expect(record).toMatchObject({ outcome: CallOutcome.CLIENT_ABORT });
    await cluster.serve([route('m', [node.target])]);
    expect(node.seen).toEqual([]);
  });
});
