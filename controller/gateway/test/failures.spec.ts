import { AGENT_ERROR_HEADER, CallOutcome } from '@openstation/proto';
import OpenAI from 'openai';
import { waitFor } from '@openstation/kit';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMPLETION, chunk, json, sse } from './answers.js';
import { TestCluster, route } from './cluster.js';
import { FakeNode, RawNode } from './fake-node.js';

const MESSAGES = [{ role: 'user' as const, content: 'hello' }];
const CHAT = { model: 'm', messages: MESSAGES };
/** Before any of the timeouts below could end the call instead. */
const AT_ONCE_MS = 250;
let cluster: TestCluster;
let one: FakeNode;
let two: FakeNode;
const raws: RawNode[] = [];

beforeAll(async () => {
  cluster = await TestCluster.start({ timeouts: { firstByteSeconds: 0.4, idleSeconds: 0.3, connectSeconds: 0.5 } });
  one = new FakeNode(cluster.authority, 'n1');
  two = new FakeNode(cluster.authority, 'n2');
  await one.start();
  await two.start();
});
afterAll(async () => {
  await cluster.stop();
  await one.stop();
  await two.stop();
});
beforeEach(async () => {
  await cluster.serve([route('m', [one.target])]);
  for (const node of [one, two]) node.seen.length = 0;
  cluster.forgetRecords();
});
afterEach(async () => {
  for (const raw of raws.splice(0)) await raw.stop();
});

async function raw(behave: RawNode['behave']): Promise<RawNode> {
  const node = new RawNode(cluster.authority, `r${raws.length}`, behave);
  raws.push(node);
  await node.start();
  await cluster.serve([route('m', [node.target])]);
  return node;
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';
const JSON_HEAD = (length: number) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
const framed = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const TEXT = JSON.stringify(COMPLETION);

async function readStream(): Promise<string> {
  let text = '';
  const stream = await cluster.client().chat.completions.create({ ...CHAT, stream: true });
  for await (const event of stream) text += event.choices[0]?.delta.content ?? '';
  return text;
}

describe('an engine that breaks off: the client must not take it for success', () => {
  const streams: [string, RawNode['behave'], CallOutcome][] = [
    ['reset before the head', (_s, reset) => reset(), CallOutcome.UPSTREAM_ERROR],
    ['end before the head', (s) => s.end(), CallOutcome.UPSTREAM_ERROR],
    ['end inside the head', (s) => s.end('HTTP/1.1 200 OK\r\ncontent-'), CallOutcome.UPSTREAM_ERROR],
    ['not HTTP at all', (s) => s.end('220 hello\r\n\r\n'), CallOutcome.UPSTREAM_ERROR],
    ['both framings', (s) => s.end(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`), CallOutcome.UPSTREAM_ERROR],
    ['end after the head', (s) => s.end(HEAD), CallOutcome.TRUNCATED],
    ['reset after the first event', (s, reset) => s.write(HEAD + framed(chunk({ content: 'a' })), () => setTimeout(reset, 30)), CallOutcome.TRUNCATED],
    ['end after the first event', (s) => s.end(HEAD + framed(chunk({ content: 'a' }))), CallOutcome.TRUNCATED],
    ['end inside an event', (s) => s.end(HEAD + framed(chunk({ content: 'a' }) + 'data: {"choices":[{"del')), CallOutcome.TRUNCATED],
    ['end inside a long event', (s) => s.end(HEAD + framed(`${chunk({ content: 'a' })}data: ${'x'.repeat(100_000)}`)), CallOutcome.TRUNCATED],
    ['clean end without [DONE]', (s) => s.write(`${HEAD}${framed(chunk({ content: 'a' }))}0\r\n\r\n`), CallOutcome.TRUNCATED],
    ['broken chunk size', (s) => s.write(`${HEAD}${framed(chunk({ content: 'a' }))}zz\r\n`), CallOutcome.TRUNCATED],
    ['silence before the head', () => undefined, CallOutcome.TIMEOUT],
    ['silence after the first event', (s) => s.write(HEAD + framed(chunk({ content: 'a' }))), CallOutcome.TIMEOUT],
    ['JSON instead of a stream', (s) => s.write(JSON_HEAD(TEXT.length) + TEXT), CallOutcome.UPSTREAM_ERROR],
    ['a page instead of a stream', (s) => s.write('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi'), CallOutcome.UPSTREAM_ERROR],
  ];
  it.each(streams)('stream, %s', async (_name, behave, outcome) => {
    await raw(behave);
    await expect(readStream()).rejects.toThrow();
    const record = await cluster.lastRecord(1);
    expect(record.outcome).toBe(outcome);
    expect(await cluster.records(1)).toHaveLength(1);
  });

  const wholes: [string, RawNode['behave']][] = [
    ['reset before the head', (_s, reset) => reset()],
    ['end after the head', (s) => s.end(JSON_HEAD(TEXT.length))],
    ['end inside the body', (s) => s.end(JSON_HEAD(TEXT.length) + TEXT.slice(0, 50))],
    ['reset inside the body', (s, reset) => s.write(JSON_HEAD(TEXT.length) + TEXT.slice(0, 50), () => setTimeout(reset, 30))],
    ['stall inside the body', (s) => s.write(JSON_HEAD(TEXT.length) + TEXT.slice(0, 50))],
    ['content-length too long', (s) => s.end(JSON_HEAD(TEXT.length + 10) + TEXT)],
    ['bytes after the end', (s) => s.write(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\nhi`)],
    ['a redirection', (s) => s.write('HTTP/1.1 302 Found\r\nlocation: http://x/\r\ncontent-length: 0\r\n\r\n')],
    ['the node\'s key refused', (s) => s.write('HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}')],
  ];
  it.each(wholes)('whole answer, %s', async (_name, behave) => {
    await raw(behave);
    const error = await cluster.client().chat.completions.create(CHAT).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OpenAI.APIError);
    expect(error).not.toBeInstanceOf(OpenAI.AuthenticationError);
    expect((await cluster.lastRecord(1)).outcome).not.toBe(CallOutcome.OK);
  });

  it('an error inside the stream passes, is thrown by the client and recorded', async () => {
    one.behave = (_seen, response) => void sse(response).end(`${chunk({ content: 'a' })}data: {"error":{"message":"engine died","type":"InternalServerError","param":null,"code":500}}\n\ndata: [DONE]\n\n`);
    await expect(readStream()).rejects.toThrow('engine died');
    expect(await cluster.lastRecord(1)).toMatchObject({ outcome: CallOutcome.UPSTREAM_ERROR, completionTokens: 1, tokensEstimated: true });
  });

  it('the in-band error tells what happened, in each family\'s words', async () => {
    await raw((s) => s.end(HEAD + framed('event: x\ndata: {"type":"x"}\n\n')));
    const chat = await partial('/v1/chat/completions');
    expect(chat).toContain('data: {"error":{"message":"The engine ended the answer before it was complete.","type":"server_error","param":null,"code":"upstream_truncated"}}\n\n');
    expect(await partial('/v1/messages')).toContain('event: error\ndata: {"type":"error","error":{"type":"api_error"');
    expect(await partial('/v1/responses')).toContain('event: error\ndata: {"type":"error","code":"upstream_truncated"');
  });
});

async function partial(path: string): Promise<string> {
  const answer = await cluster.post(path, { model: 'm', stream: true });
  let text = '';
  const decoder = new TextDecoder();
  const read = async () => {
    for await (const part of answer.body ?? []) text += decoder.decode(part as Uint8Array);
  };
  await expect(read()).rejects.toThrow();
  return text;
}

describe('another target', () => {
  const both = () => cluster.serve([route('m', [one.target, two.target])]);

  it('takes over when one refuses connections, without the client noticing', async () => {
    await both();
    await two.stop();
    one.behave = (_seen, response) => json(response, 200, COMPLETION);
    for (let i = 0; i < 10; i++) await cluster.client().chat.completions.create(CHAT);
    const records = await cluster.records(10);
    expect(records.every((record) => record.outcome === CallOutcome.OK && record.instanceId === 'i-n1')).toBe(true);
    expect(records.reduce((sum, record) => sum + record.retries, 0)).toBeGreaterThan(0);
    await two.start();
  });

  it.each(['engine-unreachable', 'instance-not-running', 'instance-unknown'])('takes over when an agent says %s', async (code) => {
    await both();
    one.behave = (_seen, response) => json(response, 502, { error: {} }, { [AGENT_ERROR_HEADER]: code });
    two.behave = (_seen, response) => json(response, 200, COMPLETION);
    for (let i = 0; i < 4; i++) await cluster.client().chat.completions.create(CHAT);
    expect((await cluster.records(4)).every((record) => record.instanceId === 'i-n2')).toBe(true);
  });

  it('takes over when a connection is reset before any byte', async () => {
    const bad = await raw((_s, reset) => reset());
    await cluster.serve([route('m', [bad.target, one.target])]);
    one.behave = (_seen, response) => json(response, 200, COMPLETION);
    for (let i = 0; i < 4; i++) await cluster.client().chat.completions.create(CHAT);
    expect((await cluster.records(4)).every((record) => record.instanceId === 'i-n1')).toBe(true);
  });

  it('never takes over after a byte was sent', async () => {
    const bad = await raw((s) => s.end(HEAD + framed(chunk({ content: 'a' }))));
    await cluster.serve([route('m', [{ ...bad.target, instanceId: 'fresh-1' }, { ...one.target, instanceId: 'fresh-2' }])]);
    one.behave = (_seen, response) => void sse(response).end(chunk({ content: 'b' }, 'stop'));
    const texts: string[] = [];
    for (let i = 0; i < 4; i++) texts.push(await readStream().catch(() => 'failed'));
    expect(texts).toContain('failed');
    expect(texts.every((text) => text === 'b' || text === 'failed')).toBe(true);
    expect((await cluster.records(4)).every((record) => record.retries === 0)).toBe(true);
  });

  it('never repeats an engine\'s own 500 or 503', async () => {
    await both();
    for (const node of [one, two]) node.behave = (_seen, response) => json(response, 503, { error: { message: 'loading', code: 503 } });
    await expect(cluster.client().chat.completions.create(CHAT)).rejects.toMatchObject({ status: 503 });
    expect(one.seen.length + two.seen.length).toBe(1);
  });

  it('does not answer for another node: a wrong certificate is refused before the request is sent', async () => {
    const liar = new FakeNode(cluster.authority, 'n3', 'n9');
    await liar.start();
    await cluster.serve([route('m', [liar.target])]);
    const error = await cluster.client().chat.completions.create(CHAT).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 502, code: 'upstream_unreachable' });
    expect(liar.seen).toHaveLength(0);
    await liar.stop();
  });
});

describe('the only target', () => {
  it('is waited for while it restarts', async () => {
    await one.stop();
    one.behave = (_seen, response) => json(response, 200, COMPLETION);
    const call = cluster.client().chat.completions.create(CHAT);
    setTimeout(() => void one.start(), 300);
    expect((await call).choices[0]?.message.content).toBe('Hi.');
    expect((await cluster.lastRecord(1)).retries).toBeGreaterThan(0);
  });

  it('is given up after three seconds with a clear answer', async () => {
    one.behave = (_seen, response) => json(response, 502, {}, { [AGENT_ERROR_HEADER]: 'engine-unreachable' });
    const start = performance.now();
    const error = await cluster.client().chat.completions.create(CHAT).catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 503, code: 'model_not_ready' });
    expect(performance.now() - start).toBeLessThan(3500);
    expect(performance.now() - start).toBeGreaterThan(2000);
  });

  it('closing a kept-alive connection costs no call', async () => {
    one.behave = (_seen, response) => json(response, 200, COMPLETION);
    for (let i = 0; i < 20; i++) {
      await cluster.client().chat.completions.create(CHAT);
      for (const socket of one.sockets) socket.destroy();
    }
    const records = await cluster.records(20);
    expect(records.every((record) => record.outcome === CallOutcome.OK)).toBe(true);
  });

  it('closing after exactly one answer is no error', async () => {
    await raw((s) => s.end(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${TEXT.length}\r\n\r\n${TEXT}`));
    for (let i = 0; i < 5; i++) await cluster.client().chat.completions.create(CHAT);
    expect((await cluster.records(5)).every((record) => record.outcome === CallOutcome.OK)).toBe(true);
  });
});

describe('a client that leaves', () => {
  const stages: [string, boolean, FakeNode['behave']][] = [
    ['before the head', false, () => undefined],
    ['before the head of a stream', true, () => undefined],
    ['mid-stream', true, (_seen, response) => void sse(response).write(chunk({ content: 'a' }))],
    ['in a whole answer', false, (_seen, response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 }).write('{')],
  ];
  const ways: [string, (socket: Socket) => void][] = [
    ['closes', (socket) => socket.destroy()],
    ['resets', (socket) => socket.resetAndDestroy()],
    ['half-closes', (socket) => socket.end()],
  ];
  const matrix = stages.flatMap(([stage, stream, behave]) => ways.map(([way, leave]) => ({ name: `${way} ${stage}`, stream, behave, leave })));

  it.each(matrix)('$name: the node sees it at once', async ({ stream, behave, leave }) => {
    one.behave = behave;
    const socket = await rawRequest(JSON.stringify({ ...CHAT, stream }));
    const seen = await waitFor(() => one.seen[0], { what: 'request at the node', timeoutMs: 2000, everyMs: 2 });
    if (stream && behave.length > 0) await new Promise((resolve) => socket.once('data', resolve));
    const left = performance.now();
    leave(socket);
    const abortedAt = await waitFor(() => seen.abortedAt, { what: 'abort at the node', timeoutMs: 2000, everyMs: 2 });
    expect(abortedAt - left).toBeLessThan(AT_ONCE_MS);
    const record = await cluster.lastRecord(1);
    expect(record).toMatchObject({ outcome: CallOutcome.CLIENT_ABORT, status: 499 });
    expect(await cluster.records(1)).toHaveLength(1);
    socket.destroy();
  });

  it('while connecting: the attempt ends', async () => {
    const silent = await import('node:net').then(({ createServer }) => createServer());
    let closedAt: number | undefined;
    silent.on('connection', (peer) => peer.on('error', () => undefined).once('close', () => (closedAt = performance.now())).resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const port = (silent.address() as { port: number }).port;
    await cluster.serve([route('m', [{ ...one.target, port }])]);
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const socket = await rawRequest(JSON.stringify(CHAT));
    await connected;
    const left = performance.now();
    socket.destroy();
    expect((await waitFor(() => closedAt, { what: 'close', timeoutMs: 2000, everyMs: 2 })) - left).toBeLessThan(AT_ONCE_MS);
    expect((await cluster.lastRecord(1)).outcome).toBe(CallOutcome.CLIENT_ABORT);
    await new Promise((resolve) => silent.close(resolve));
  });

  it('while uploading: one record, nothing at the node', async () => {
    const socket = await rawRequest('{"model":"m"', 1000);
    // The gateway has the head once it has counted the call; a second request proves the order.
    await cluster.get('/healthz');
    socket.destroy();
    expect((await cluster.lastRecord(1)).outcome).toBe(CallOutcome.CLIENT_ABORT);
    expect(one.seen).toHaveLength(0);
  });

  it('with a slow reader: the engine is held back, the gateway keeps little, and the connection serves again', async () => {
    let written = 0;
    one.behave = async (seen, response) => {
      if (seen.body.includes('quick')) {
        json(response, 200, COMPLETION);
        return;
      }
      sse(response);
      const event = chunk({ content: 'x'.repeat(10_000) });
      for (let i = 0; i < 3000 && !response.destroyed; i++) {
        written += event.length;
        if (!response.write(event)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      }
      response.end(chunk({}, 'stop'));
    };
    const socket = await rawRequest(JSON.stringify({ ...CHAT, stream: true }));
    socket.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(written).toBeLessThan(20_000_000);
    let read = 0;
    const drip = setInterval(() => (read += (socket.read() as Buffer | null)?.length ?? 0), 1);
    await cluster.post('/v1/chat/completions', { model: 'm', quick: true });
    await waitFor(() => written >= 30_000_000 && read > 30_000_000, { what: 'all events at the client', timeoutMs: 15_000 });
    clearInterval(drip);
    socket.destroy();
    expect((await cluster.records(2)).every((record) => record.outcome === CallOutcome.OK)).toBe(true);
  });
});

async function rawRequest(body: string, length = Buffer.byteLength(body)): Promise<Socket> {
  const socket = connect({ port: cluster.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${cluster.key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}
