import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import OpenAI from 'openai';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../ports.js';
import { FAKE_ENGINE_FILE, type EngineScript } from './index.js';

interface RunningEngine {
  readonly url: string;
  readonly child: ChildProcess;
  readonly log: () => string;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

let directory: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'fake-engine-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

async function start(script: EngineScript = {}, flags: readonly string[] = ['--alias', 'r1']): Promise<RunningEngine> {
  const port = await freePort();
  const control = join(directory, 'control.json');
  writeFileSync(control, JSON.stringify({ loadMs: 20, ...script }));
  const child = spawn(process.execPath, [FAKE_ENGINE_FILE, '--model', '/models/r1', '--host', '127.0.0.1', '--port', String(port), '--control', control, ...flags]);
  children.push(child);
  let text = '';
  child.stdout.on('data', (part) => (text += String(part)));
  child.stderr.on('data', (part) => (text += String(part)));
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  return { url: `http://127.0.0.1:${port}`, child, log: () => text, exit };
}

async function ready(engine: RunningEngine): Promise<OpenAI> {
  await waitFor(async () => (await fetch(`${engine.url}/health`)).ok, { what: 'health', timeoutMs: 10_000 });
  return new OpenAI({ baseURL: `${engine.url}/v1`, apiKey: 'none', maxRetries: 0 });
}

const chat = { model: 'r1', messages: [{ role: 'user' as const, content: 'hello there' }] };

test('answers a chat, streamed and whole, with usage', async () => {
  const client = await ready(await start({ tokens: 5 }));
  const whole = await client.chat.completions.create(chat);
  expect(whole.choices[0]?.message.content).toBe('the quick brown fox jumps');
  expect(whole.usage?.completion_tokens).toBe(5);

  let text = '';
  let usage: OpenAI.CompletionUsage | null | undefined;
  for await (const chunk of await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage ?? usage;
  }
  expect(text).toBe('the quick brown fox jumps');
  expect(usage?.completion_tokens).toBe(5);
});

test('stops at max_tokens and says so', async () => {
  const client = await ready(await start());
  const answer = await client.completions.create({ model: 'r1', prompt: 'x', max_tokens: 2 });
  expect(answer.choices[0]).toMatchObject({ text: 'the quick', finish_reason: 'length' });
});

test('embeds the same text to the same vector', async () => {
  const client = await ready(await start());
  const answer = await client.embeddings.create({ model: 'r1', input: ['a', 'a', 'b'] });
  expect(answer.data[0]?.embedding).toHaveLength(8);
  expect(answer.data[0]?.embedding).toEqual(answer.data[1]?.embedding);
  expect(answer.data[0]?.embedding).not.toEqual(answer.data[2]?.embedding);
});

test('a llama.cpp-like start reports loading through /health', async () => {
  const engine = await start({ loadMs: 60_000, loadSteps: 60_000 });
  const answer = await waitFor(async () => fetch(`${engine.url}/health`), { what: 'the listener', timeoutMs: 10_000 });
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ status: 'loading' });
});

test('a vLLM-like start takes its flags, logs its stages and refuses connections until ready', async () => {
  const engine = await start({ loadMs: 60_000, loadSteps: 60_000 }, ['--served-model-name', 'r1', '--tensor-parallel-size', '2']);
  await waitFor(() => engine.log().includes('Loading safetensors checkpoint shards:   0% Completed | 0/60000'), { what: 'progress', timeoutMs: 10_000 });
  await expect(fetch(`${engine.url}/health`)).rejects.toThrow();
});

test('guards /v1 with the key of the key file, and nothing else', async () => {
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, 'sesame\n');
  const engine = await start({}, ['--alias', 'r1', '--api-key-file', keyFile]);
  await ready(engine);
  expect((await fetch(`${engine.url}/v1/models`)).status).toBe(401);
  expect((await fetch(`${engine.url}/v1/models`, { headers: { authorization: 'Bearer sesame' } })).status).toBe(200);
  expect((await fetch(`${engine.url}/metrics`)).status).toBe(200);
});

test.each([[3, { code: 3, signal: null }], [137, { code: null, signal: 'SIGKILL' }]])('dies while loading with exit code %i', async (loadExitCode, expected) => {
  const engine = await start({ loadExitPercent: 40, loadExitCode });
  expect(await engine.exit).toEqual(expected);
  expect(engine.log()).toContain('40% Completed');
});

test('refuses a flag as argparse does', async () => {
  const engine = await start({ refuseFlags: ['--bad'] }, ['--alias', 'r1', '--bad', '1']);
  expect((await engine.exit).code).toBe(2);
  expect(engine.log()).toContain('unrecognized arguments: --bad');
});

test('fails as often as it was told to, then answers again', async () => {
  const client = await ready(await start({ fault: 'status', faultStatus: 500, faultTimes: 2 }));
  await expect(client.chat.completions.create(chat)).rejects.toMatchObject({ status: 500 });
  await expect(client.chat.completions.create(chat)).rejects.toMatchObject({ status: 500 });
  expect((await client.chat.completions.create(chat)).usage?.completion_tokens).toBe(16);
});

test('cuts a stream in the middle', async () => {
  const client = await ready(await start({ fault: 'truncate', faultAfterTokens: 2 }));
  const stream = await client.chat.completions.create({ ...chat, stream: true });
  await expect((async () => { for await (const _chunk of stream) continue; })()).rejects.toThrow();
});

test('streams without end until the client leaves, and counts that as an abort', async () => {
  const engine = await start({ fault: 'endless', tokensPerSecond: 5000 });
  const client = await ready(engine);
  let chunks = 0;
  for await (const _chunk of await client.chat.completions.create({ ...chat, stream: true })) if ((chunks += 1) > 100) break;
  await waitFor(async () => ((await (await fetch(`${engine.url}/fake/state`)).json()) as { aborted: number }).aborted === 1, { what: 'the abort', timeoutMs: 5000 });
});

test('takes a new script over HTTP and names unknown keys', async () => {
  const engine = await start();
  const client = await ready(engine);
  const put = (script: unknown) => fetch(`${engine.url}/fake/script`, { method: 'PUT', body: JSON.stringify(script) });
  expect((await put({ text: 'other words' })).status).toBe(200);
  expect((await client.chat.completions.create(chat)).choices[0]?.message.content).toBe('other words');
  expect(await (await put({ nonsense: 1 })).text()).toContain('unknown script key nonsense');
});

test('exposes vLLM metrics', async () => {
  const engine = await start({ tokens: 4 });
  await (await ready(engine)).chat.completions.create(chat);
  const text = await (await fetch(`${engine.url}/metrics`)).text();
  expect(text).toContain('vllm:generation_tokens_total{engine="0",model_name="r1"} 4');
  expect(text).toMatch(/vllm:time_to_first_token_seconds_count\{[^}]*\} 1/);
});

test('stops on SIGTERM, or does not when told so', async () => {
  const polite = await start();
  await ready(polite);
  polite.child.kill('SIGTERM');
  expect((await polite.exit).code).toBe(0);

  const stubborn = await start({ ignoreTerm: true });
  const client = await ready(stubborn);
  stubborn.child.kill('SIGTERM');
  expect((await client.chat.completions.create(chat)).usage?.completion_tokens).toBe(16);
});
