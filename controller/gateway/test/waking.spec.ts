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
  cluster = await TestCluster.start();
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
    node.behave = (_seen, response) => json(response, 400, { error: { message: 'too long' } });
    const refused = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
    await cluster.serve([route('m', [node.target])]);
    await expect(drained(refused)).rejects.toThrow(/status 400/);
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
