import { describe, expect, it } from 'vitest';
import { checkBody, checkMessages, checkTexts, checkWish } from '../src/request-check.mjs';

describe('request check', () => {
  it.each([
    [{ n: 2 }, 'n'],
    [{ temperature: 2.1 }, 'temperature'],
    [{ temperature: '1' }, 'temperature'],
    [{ top_p: -0.1 }, 'top_p'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    [{ stop: [''] }, 'stop'],
    [{ stop: 5 }, 'stop'],
    [{ stream: 'yes' }, 'stream'],
    [{ stream_options: { include_usage: true } }, 'stream_options'],
    [{ logprobs: true }, 'logprobs'],
    [{ tools: [{ type: 'function' }] }, 'tools'],
    [{ response_format: { type: 'yaml' } }, 'response_format'],
    [{ seed: 'x' }, 'seed'],
  ])('refuses %j naming the field', (body, param) => {
    expect(() => checkWish(body)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('takes null and empty values for absent, as clients send them', () => {
    expect(checkWish({ stop: null, tools: [], logprobs: false, temperature: null, stream_options: null, logit_bias: {}, n: null })).toEqual({
      stream: false, includeUsage: false, maxTokens: undefined, stops: [], sampling: {}, format: undefined,
    });
  });

  it('prefers max_completion_tokens and keeps only the sampling that was asked for', () => {
    const wish = checkWish({ max_tokens: 5, max_completion_tokens: 7, temperature: 0, seed: -1, stop: 'x', stream: true, stream_options: { include_usage: true } });
    expect(wish).toEqual({ stream: true, includeUsage: true, maxTokens: 7, stops: ['x'], sampling: { temperature: 0, seed: 4_294_967_295 }, format: undefined });
  });

  it('joins text parts, renames developer and refuses pictures', () => {
    expect(checkMessages([{ role: 'developer', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] }, { role: 'assistant', content: null }])).toEqual([
      { role: 'system', content: 'ab' }, { role: 'assistant', content: '' },
    ]);
    expect(() => checkMessages([{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }])).toThrow(/messages\[0\]\.content\[0\].*text only/);
    expect(() => checkMessages([{ role: 'robot', content: 'x' }])).toThrow('messages[0].role');
    expect(() => checkMessages([])).toThrow('messages');
    expect(() => checkMessages('hi')).toThrow('messages');
  });

  it('takes texts and token lists', () => {
    expect(checkTexts('a', 'prompt', 10)).toEqual(['a']);
    expect(checkTexts(['a', 'b'], 'input', 10)).toEqual(['a', 'b']);
    expect(checkTexts([1, 2], 'prompt', 10)).toEqual([[1, 2]]);
    expect(checkTexts([[1], [2]], 'input', 10)).toEqual([[1], [2]]);
    for (const wrong of [undefined, 5, [], [10], [[]], ['a', 1]]) expect(() => checkTexts(wrong, 'prompt', 10)).toThrow('prompt');
  });

  it('answers 404 for another model and 400 for a body that is no object', () => {
    expect(() => checkBody({ model: 'gpt-4' }, 'tiny-chat')).toThrow(expect.objectContaining({ status: 404, code: 'model_not_found' }));
    expect(checkBody({ model: 'tiny-chat' }, 'tiny-chat')).toBeTruthy();
    for (const wrong of [null, [], 'x', 5]) expect(() => checkBody(wrong, 'm')).toThrow(expect.objectContaining({ status: 400 }));
  });
});
