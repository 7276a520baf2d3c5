import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { chat, events } from './chat.js';
import { modelNameOf } from './model-name.js';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function gateway(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const piece = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const ask = (baseUrl: string, texts: string[] = []) =>
  chat({ baseUrl, apiKey: 'k', model: 'm', question: 'q', signal: new AbortController().signal, onText: (text) => texts.push(text) });

describe('one chat', () => {
  it('shows text as it comes and counts tokens as the engine does', async () => {
    const url = await gateway((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`${piece('Hello')}${piece(' you')}data: {"choices":[],"usage":{"completion_tokens":7}}\n\ndata: [DONE]\n\n`);
    });
    const texts: string[] = [];
    expect(await ask(url, texts)).toMatchObject({ answer: 'Hello you', completionTokens: 7 });
    expect(texts).toEqual(['Hello', ' you']);
  });

  it('waits for a key and a route that are on their way', async () => {
    const refusals = [401, 404, 503];
    const url = await gateway((_, response) => {
      const status = refusals.shift();
      if (status === undefined) response.end(piece('yes'));
      else response.writeHead(status).end('{"error":{"message":"not yet"}}');
    });
    expect((await ask(url)).answer).toBe('yes');
    expect(refusals).toEqual([]);
  });

  it('fails at once, with the words of the gateway, on what waiting does not mend', async () => {
    const url = await gateway((_, response) => void response.writeHead(400).end('{"error":{"message":"bad field"}}'));
    await expect(ask(url)).rejects.toThrow('the gateway answered 400: bad field');
  });

  it('fails when the answer breaks off with an error', async () => {
    const url = await gateway((_, response) => void response.end(`${piece('a')}data: {"error":{"message":"engine gone"}}\n\n`));
    await expect(ask(url)).rejects.toThrow('engine gone');
  });
});

describe('server-sent events', () => {
  it('are put together from any pieces, also inside of a character', async () => {
    const bytes = Buffer.from('data: {"t":"你"}\r\n\r\n: comment\n\ndata: [DONE]\n\n');
    const found: string[] = [];
    async function* slowly() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    for await (const event of events(slowly())) found.push(event);
    expect(found).toEqual(['{"t":"你"}', '[DONE]']);
  });
});

describe('model names', () => {
  it.each([
    ['/m/tiny-chat.gguf', 'tiny-chat'],
    ['/m/Qwen2.5 0.5B (Q4_K_M).GGUF', 'Qwen2.5-0.5B-Q4_K_M'],
    ['/m/...gguf', 'model'],
    ['/m/通义.gguf', '通义'],
  ])('%s → %s', (path, name) => {
    expect(modelNameOf(path)).toBe(name);
  });
});
