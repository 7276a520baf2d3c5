import { waitFor } from '@openstation/kit';
import { CallOutcome, INSTANCE_HEADER } from '@openstation/proto';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, DONE, USAGE_EVENT, chunk, json, sse, writeSlowly } from './answers.js';
import { TestCluster, route } from './cluster.js';
import { FakeNode } from './fake-node.js';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
let cluster: TestCluster;
let node: FakeNode;

beforeAll(async () => {
  cluster = await TestCluster.start();
  node = new FakeNode(cluster.authority, 'n1');
  await node.start();
  await cluster.serve([route('m', [node.target]), route('alias', [{ ...node.target, engineModel: 'real-name' }])]);
});
afterAll(async () => {
  await cluster.stop();
  await node.stop();
});
beforeEach(() => {
  node.seen.length = 0;
  cluster.forgetRecords();
});

describe('the official client', () => {
  it('chats, and the call is recorded with usage', async () => {
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    const { data, request_id } = await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES }).withResponse();
    expect(data.choices[0]?.message.content).toBe('Hi.');
    expect(request_id).toMatch(/^req_/);
    const record = await cluster.lastRecord(1);
    expect(record).toMatchObject({ model: 'm', serviceId: 's-m', instanceId: 'i-n1', userId: 'u1', path: '/v1/chat/completions', stream: false, status: 200, outcome: CallOutcome.OK, promptTokens: 9, completionTokens: 3, tokensEstimated: false, retries: 0, errorCode: '' });
    expect(record.tokensPerSecond).toBeGreaterThanOrEqual((3 / record.durationMs) * 1000);
  });

  it('never passes the key on, and names the instance', async () => {
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES });
    expect(node.seen[0]?.headers[INSTANCE_HEADER]).toBe('i-n1');
    expect(JSON.stringify(node.seen[0]?.headers)).not.toContain('osk1_');
  });

  it('streams, gets no usage chunk it did not ask for, and the record has usage, ttft and speed', async () => {
    node.behave = async (_seen, response) => {
      await writeSlowly(sse(response), [chunk({ role: 'assistant', content: '' }), chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({ content: 'c' }), chunk({}, 'stop'), USAGE_EVENT, DONE], 10);
      response.end();
    };
    const stream = await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES, stream: true });
    let text = '';
    for await (const event of stream) {
      expect(event.choices).toHaveLength(1);
      text += event.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe('abc');
    expect(JSON.parse(node.seen[0]?.body.toString() ?? '')).toMatchObject({ stream_options: { include_usage: true } });
    const record = await cluster.lastRecord(1);
    expect(record).toMatchObject({ stream: true, outcome: CallOutcome.OK, promptTokens: 9, completionTokens: 3, tokensEstimated: false });
    expect(record.ttftMs).toBeGreaterThan(9);
    expect(record.ttftMs).toBeLessThan(record.durationMs);
    expect(record.tokensPerSecond).toBeGreaterThan(20);
    expect(record.tokensPerSecond).toBeLessThan(150);
  });

  it('is answered although it hangs up at the last word, before the engine ends the connection', async () => {
    let closed = false;
    node.behave = (_seen, response) => {
      response.once('close', () => (closed = true));
      sse(response).write(chunk({ content: 'a' }) + chunk({}, 'stop') + USAGE_EVENT + DONE);
    };
    const stream = await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES, stream: true });
    for await (const event of stream) expect(event.choices).toHaveLength(1);
    expect(await cluster.lastRecord(1)).toMatchObject({ outcome: CallOutcome.OK, status: 200, completionTokens: 3, errorCode: '' });
    await waitFor(() => closed, { what: 'end of the engine connection', timeoutMs: 1000 });
  });

  it('gets the usage chunk it asked for', async () => {
    node.behave = (_seen, response) => void sse(response).end(chunk({ content: 'a' }) + chunk({}, 'stop') + USAGE_EVENT + DONE);
    const stream = await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES, stream: true, stream_options: { include_usage: true } });
    const usage = [];
    for await (const event of stream) if (event.usage) usage.push(event.usage.total_tokens);
    expect(usage).toEqual([12]);
  });

  it('passes tools through both ways', async () => {
    const tool = { type: 'function' as const, function: { name: 'f', parameters: { type: 'object', properties: { x: { type: 'number' } } } } };
    node.behave = (_seen, response) => void sse(response).end(chunk({ tool_calls: [{ index: 0, id: 't1', type: 'function', function: { name: 'f', arguments: '{"x":' } }] }) + chunk({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }) + chunk({}, 'tool_calls') + DONE);
    const stream = await cluster.client().chat.completions.create({ model: 'm', messages: MESSAGES, tools: [tool], stream: true });
    let text = '';
    for await (const event of stream) text += event.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? '';
    expect(text).toBe('{"x":1}');
    expect(JSON.parse(node.seen[0]?.body.toString() ?? '').tools).toEqual([tool]);
    expect(await cluster.lastRecord(1)).toMatchObject({ completionTokens: 2, tokensEstimated: true });
  });

  it('embeds (base64, its default)', async () => {
    const vector = Buffer.from(new Float32Array([0.5, -1]).buffer).toString('base64');
    node.behave = (_seen, response) => json(response, 200, { object: 'list', model: 'm', data: [{ object: 'embedding', index: 0, embedding: vector }], usage: { prompt_tokens: 4, total_tokens: 4 } });
    const answer = await cluster.client().embeddings.create({ model: 'm', input: 'x' });
    expect(answer.data[0]?.embedding).toEqual([0.5, -1]);
    const record = await cluster.lastRecord(1);
    expect(record.promptTokens).toBe(4);
    expect(record.completionTokens).toBeUndefined();
  });

  it('uploads 20 MB of audio, streamed, with the model in the form', async () => {
    const audio = randomBytes(20_000_000);
    node.behave = (_seen, response) => json(response, 200, { text: 'hi' });
    const answer = await cluster.client().audio.transcriptions.create({ model: 'alias', file: new File([audio], 'a.wav') });
    expect(answer.text).toBe('hi');
    const body = node.seen[0]?.body ?? Buffer.alloc(0);
    expect(body.includes(audio)).toBe(true);
    expect(body.toString('latin1', 0, 1000) + body.toString('latin1', body.length - 1000)).toMatch(/name="model"\r\n\r\nreal-name\r\n/);
    expect(await cluster.lastRecord(1)).toMatchObject({ model: 'alias', path: '/v1/audio/transcriptions', outcome: CallOutcome.OK });
  });

  it('lists and retrieves models', async () => {
    const list = await cluster.client().models.list();
    expect(list.data.map((model) => model.id)).toEqual(expect.arrayContaining(['m', 'alias']));
    expect(await cluster.client().models.retrieve('m')).toEqual({ id: 'm', object: 'model', created: 1_700_000_000, owned_by: 'openstation' });
  });
});

describe('bytes', () => {
  const exact = [
    ['unknown fields and 64-bit numbers', chunk({ content: 'a', seed: 1 }).replace('"seed":1', '"seed":9007199254740993') + DONE],
    ['CRLF separators', `data: {"choices":[{"delta":{"content":"x"},"finish_reason":"stop"}]}\r\n\r\ndata: [DONE]\r\n\r\n`],
    ['comments, ids, event names and multi-line data', `: ping\n\nid: 7\nevent: e\ndata: {"choices":\ndata: [{"finish_reason":"stop"}]}\n\n:x\ndata: [DONE]\n\n`],
    ['an event above 64 KB', `${chunk({ content: 'é'.repeat(200_000) })}${chunk({}, 'stop')}${DONE}`],
    ['UTF-8 of every length', `${chunk({ content: 'aé€😀'.repeat(50) })}${chunk({}, 'stop')}${DONE}`],
    ['a last event without blank line', `${chunk({}, 'stop')}data: [DONE]`],
  ] as const;

  it.each(exact)('of a stream are identical: %s', async (_name, text) => {
    const bytes = Buffer.from(text);
    for (const size of [1, 7, 1000, bytes.length]) {
      if (bytes.length / size > 20_000) continue;
      node.behave = async (_seen, response) => {
        sse(response).flushHeaders();
        for (let at = 0; at < bytes.length; at += size) {
          if (!response.write(bytes.subarray(at, at + size))) await new Promise((resolve) => response.once('drain', resolve));
          if (size < 100) await new Promise(setImmediate);
        }
        response.end();
      };
      const answer = Buffer.from(await (await cluster.post('/v1/chat/completions', { model: 'm', stream: true })).arrayBuffer());
      expect(md5(answer)).toBe(md5(bytes));
    }
  });

  it('of a whole answer are identical', async () => {
    const text = '{"id": "x",  "big":9007199254740993,"object":"chat.completion","u":"\\u00e9"}\n';
    node.behave = (_seen, response) => void response.writeHead(200, { 'content-type': 'application/json', 'x-engine': 'v' }).end(text);
    const answer = await cluster.post('/v1/chat/completions', { model: 'm' });
    expect(await answer.text()).toBe(text);
    expect(answer.headers.get('x-engine')).toBe('v');
  });

  it('of a request are identical but for the model name', async () => {
    node.behave = (_seen, response) => json(response, 200, COMPLETION);
    const text = '{ "seed":9007199254740993, "x" : "\\"model\\":1",\n"model" : "alias" , "messages":[]}';
    await cluster.post('/v1/chat/completions', text);
    expect(node.seen[0]?.body.toString()).toBe(text.replace('"alias"', '"real-name"'));
  });

  it('of an engine\'s 4xx pass unchanged', async () => {
    const body = { error: { message: 'This model\'s maximum context length is 4096 tokens.', type: 'BadRequestError', param: 'input_tokens', code: 400 } };
    node.behave = (_seen, response) => json(response, 400, body);
    const answer = await cluster.post('/v1/chat/completions', { model: 'm' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual(body);
  });
});

describe('other families', () => {
  it('passes the Responses stream and reads its usage', async () => {
    node.behave = (_seen, response) => void sse(response).end('event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Hi"}\n\nevent: response.completed\ndata: {"type":"response.completed","response":{"usage":{"input_tokens":5,"output_tokens":2}}}\n\n');
    const stream = await cluster.client().responses.create({ model: 'm', input: 'x', stream: true });
    const types = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(['response.output_text.delta', 'response.completed']);
    expect(await cluster.lastRecord(1)).toMatchObject({ promptTokens: 5, completionTokens: 2, outcome: CallOutcome.OK });
  });

  it('passes the Messages stream with x-api-key and reads its usage', async () => {
    node.behave = (_seen, response) => void sse(response).end('event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}\n\nevent: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":7}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n');
    const answer = await fetch(`${cluster.url}/v1/messages?beta=true`, { method: 'POST', headers: { 'x-api-key': cluster.key, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' }, body: JSON.stringify({ model: 'm', stream: true, messages: [] }) });
    expect(await answer.text()).toContain('message_stop');
    expect(node.seen[0]?.headers['anthropic-version']).toBe('2023-06-01');
    expect(await cluster.lastRecord(1)).toMatchObject({ promptTokens: 5, completionTokens: 7, outcome: CallOutcome.OK });
  });
});

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}
