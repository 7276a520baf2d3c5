import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHECK_HEADER, ConformanceResult_Verdict as Verdict } from '@openstation/proto';
import { afterEach, describe, expect, it } from 'vitest';
import { answersAtAll } from './answers-at-all.js';
import { judgeChat, judgeEmbedding, judgeJson, judgeReasoning, judgeTools, judgeUsage } from './judge-answers.js';
import { tryFeatures } from './try-features.js';

const told = (message: object, more: object = {}) => ({ status: 200, body: JSON.stringify({ choices: [{ message, ...more }] }) });
const refused = { status: 400, body: '{"error":{"message":"\\"auto\\" tool choice requires --enable-auto-tool-choice","code":400}}' };
const flat = { status: 400, body: '{"object":"error","message":"no chat template","code":400}' };
const late = { status: 0, body: 'no answer within 20 s' };

describe('what an answer shows', () => {
  it.each([
    ['a chat', judgeChat(told({ content: '4' })), Verdict.YES, ''],
    ['no chat template, as SGLang words it', judgeChat(flat), Verdict.NO, 'no chat template'],
    ['a chat that takes too long', judgeChat(late), Verdict.OPEN, 'no answer'],
    ['thinking in vLLM\'s field', judgeReasoning(told({ content: '4', reasoning: 'hm' })), Verdict.YES, 'reasoning'],
    ['thinking in the field of SGLang and llama.cpp', judgeReasoning(told({ content: null, reasoning_content: 'hm' })), Verdict.YES, 'reasoning_content'],
    ['thinking in the answer', judgeReasoning(told({ content: 'hm</think>4' })), Verdict.NO, 'no reasoning parser'],
    ['no thinking', judgeReasoning(told({ content: '4', reasoning: null })), Verdict.OPEN, 'no thinking'],
    ['tokens counted', judgeUsage({ status: 200, body: 'data: {"choices":[]}\n\ndata: {"choices":[],"usage":{"completion_tokens":2}}\n\ndata: [DONE]\n' }), Verdict.YES, ''],
    ['tokens not counted', judgeUsage({ status: 200, body: 'data: {"choices":[]}\n\ndata: {"choices":[],"usage":null}\n\ndata: [DONE]\n' }), Verdict.NO, 'without the number'],
    ['no stream', judgeUsage({ status: 200, body: '{"usage":{"completion_tokens":2}}' }), Verdict.NO, 'stream'],
    ['a tool called', judgeTools(told({ tool_calls: [{}] })), Verdict.YES, ''],
    ['tools refused', judgeTools(refused), Verdict.NO, '--enable-auto-tool-choice'],
    ['no tool called', judgeTools(told({ content: 'noon' })), Verdict.OPEN, 'called none'],
    ['JSON after the schema', judgeJson(told({ content: ' {"ok": true}' })), Verdict.YES, ''],
    ['JSON cut off', judgeJson(told({ content: '{"ok' }, { finish_reason: 'length' })), Verdict.OPEN, 'cut off'],
    ['other words', judgeJson(told({ content: 'yes' })), Verdict.NO, 'schema'],
    ['no embeddings', judgeEmbedding({ status: 404, body: '' }), Verdict.OPEN, '404'],
    ['an embedding', judgeEmbedding({ status: 200, body: '{"data":[{"embedding":[0.1,0.2,0.3]}]}' }), Verdict.YES, '3 dimensions'],
  ])('%s', (_, judged, verdict, words) => {
    expect(judged.verdict).toBe(verdict);
    expect(judged.detail).toContain(words);
  });
});

describe('trying an engine', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const listening = async (answer: (request: IncomingMessage) => { status: number; body: string } | undefined) => {
    server = createServer((request, response) => {
      const given = answer(request);
      if (given) response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.body);
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port, key: 'secret' };
  };

  it('asks everything once, with the key and marked as a check', async () => {
    const asked: string[] = [];
    const door = await listening(({ url = '', headers }) => {
      asked.push(`${url} ${headers.authorization} ${String(headers[CHECK_HEADER])}`);
      return url === '/v1/embeddings' ? { status: 501, body: '{}' } : told({ content: 'words of the model' });
    });
    const result = await tryFeatures(door);
    expect(asked).toEqual(['/v1/models', ...Array<string>(4).fill('/v1/chat/completions'), '/v1/embeddings'].map((path) => `${path} Bearer secret conformance`));
    expect(result.features.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['chat-template', Verdict.YES], ['streaming-usage', Verdict.NO], ['tools', Verdict.OPEN], ['json-schema', Verdict.NO], ['reasoning', Verdict.OPEN], ['embeddings', Verdict.OPEN],
    ]);
    expect(JSON.stringify(result)).not.toContain('words of the model');
  });

  it('ends when nothing answers', async () => {
    const { features } = await tryFeatures(await listening(() => undefined), 30);
    expect(new Set(features.map(({ verdict }) => verdict))).toEqual(new Set([Verdict.OPEN]));
  });

  it.each([
    ['a chat model', { '/v1/chat/completions': 200 }, '', 2],
    ['a model without a chat template', { '/v1/chat/completions': 400, '/v1/completions': 200 }, '', 3],
    ['an embedding model', { '/v1/embeddings': 200 }, '', 4],
    ['nothing that is known', {}, 'POST /v1/chat/completions: the engine answered 404', 5],
    ['an engine that broke', { '/v1/chat/completions': 500, '/v1/completions': 200 }, 'answered 500', 2],
  ])('asks %s for one token as a user would', async (_, statuses: Record<string, number>, words, questions) => {
    let asked = 0;
    const door = await listening(({ url = '', headers }) => {
      asked += 1;
      expect(headers[CHECK_HEADER]).toBe(url === '/v1/models' ? 'conformance' : undefined);
      return { status: url === '/v1/models' ? 200 : (statuses[url] ?? 404), body: '{}' };
    });
    const message = await answersAtAll(door);
    expect(words === '' ? message : message.includes(words)).toBe(words === '' ? '' : true);
    expect(asked).toBe(questions);
  });

  it('says that nothing came in time', async () => {
    expect(await answersAtAll(await listening(({ url }) => (url === '/v1/models' ? { status: 200, body: '{}' } : undefined)), 60)).toContain('did not answer POST /v1/chat/completions: no answer within');
  });
});
