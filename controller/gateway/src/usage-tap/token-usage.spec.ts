import { describe, expect, it } from 'vitest';
import { AnswerTail } from './answer-tail.js';
import { StreamTap } from './stream-tap.js';
import { usageFromTail } from './token-usage.js';

describe('usage of a whole answer', () => {
  it.each([
    ['vLLM', '{"choices":[{"message":{"content":"\\"usage\\":{\\"completion_tokens\\":99}"}}],"usage":{"prompt_tokens":9,"total_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":1}},"prompt_logprobs":null}'],
    ['spaces', '{"usage" : { "prompt_tokens": 9, "completion_tokens": 3 } }'],
    ['Responses', '{"output":[],"usage":{"input_tokens":9,"output_tokens":3}}'],
    ['only the end is known', 'ontent":"x"}}],"usage":{"prompt_tokens":9,"completion_tokens":3}}'],
  ])('%s', (_name, text) => {
    expect(usageFromTail(text)).toEqual({ promptTokens: 9, completionTokens: 3 });
  });

  it.each(['{"usage":null}', '{"usage":{"prompt_tokens":1', '<html>', ''])('unknown is not zero: %s', (text) => {
    expect(usageFromTail(text)).toBeUndefined();
  });

  it('is found behind a body far larger than what is kept', () => {
    const tail = new AnswerTail();
    for (let i = 0; i < 1000; i++) tail.push(Buffer.alloc(10_000, 120));
    tail.push(Buffer.from('"usage":{"prompt_tokens":4}}'));
    expect(tail.usage()).toEqual({ promptTokens: 4 });
  });
});

describe('usage of a stream', () => {
  const tapOf = (...events: string[]) => {
    let now = 0;
    const tap = new StreamTap(true, () => (now += 10));
    for (const event of events) tap.push(Buffer.from(event));
    return tap;
  };

  it('takes the last of running totals, and ignores null', () => {
    const tap = tapOf('data: {"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":1}}\n\n', 'data: {"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":2}}\n\n', 'data: {"choices":[{}],"usage":null}\n\n');
    expect(tap.usage).toEqual({ promptTokens: 9, completionTokens: 2 });
  });

  it('withholds only the event without choices', () => {
    const tap = new StreamTap(true, () => 0);
    const last = 'data: {"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n';
    expect(Buffer.concat(tap.push(Buffer.from(`${last}data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n`))).toString()).toBe(last);
    expect(tap.usage?.completionTokens).toBe(2);
  });

  it.each([
    ['an empty first chunk', 'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n', 0],
    ['content', 'data: {"choices":[{"delta":{"content":"x"}}]}\n\n', 1],
    ['reasoning', 'data: {"choices":[{"delta":{"reasoning_content": "x"}}]}\n\n', 1],
    ['a tool call', 'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}\n\n', 1],
    ['content that talks about content', 'data: {"choices":[{"delta":{"role":"x\\"content\\":\\"y"}}]}\n\n', 0],
    ['text of a completion', 'data: {"choices":[{"text":"x"}]}\n\n', 1],
  ])('counts content: %s', (_name, event, count) => {
    expect(tapOf(event).contentEvents).toBe(count);
  });

  it.each([
    ['[DONE]', 'data: [DONE]\n\n', true],
    ['a finish reason', 'data: {"choices":[{"finish_reason":"stop"}]}\n\n', true],
    ['no finish reason yet', 'data: {"choices":[{"finish_reason":null}]}\n\n', false],
    ['content that says [DONE]', 'data: {"choices":[{"delta":{"content":"data: [DONE]"}}]}\n\n', false],
    ['message_stop', 'event: message_stop\ndata: {"type":"message_stop"}\n\n', true],
  ])('knows a complete answer: %s', (_name, event, finished) => {
    expect(tapOf(event).finished).toBe(finished);
  });

  it('looks at a last event that has no blank line', () => {
    const tap = tapOf('data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n', 'data: [DONE]');
    expect(tap.end()?.toString()).toBe('data: [DONE]');
    expect(tap.finished).toBe(true);
  });
});
