import { describe, expect, it } from 'vitest';
import type { HubName, Wanted } from './hub.js';
import { HubError, retryAfter } from './hub-error.js';
import { judgeAnswer } from './judge-answer.js';

const wanted: Wanted = { repository: 'a/b', revision: 'c', path: 'model.safetensors', bytes: 1000, from: 100, to: 199, etag: '"one"' };
const whole: Wanted = { ...wanted, from: 0, to: 999 };
const range = { 'content-range': 'bytes 100-199/1000' };

const accepted: [string, HubName, Wanted, number, Record<string, string>, 'part' | 'whole'][] = [
  ['206 as asked', 'huggingface', wanted, 206, { ...range, 'content-length': '100', etag: '"one"' }, 'part'],
  ['206 without a length', 'huggingface', wanted, 206, range, 'part'],
  ['200 with the exact range, ModelScope', 'modelscope', wanted, 200, { ...range, 'content-length': '100' }, 'part'],
  ['the whole file', 'huggingface', wanted, 200, { 'content-length': '1000' }, 'whole'],
  ['the whole file, as asked', 'huggingface', whole, 200, { 'content-length': '1000' }, 'part'],
  ['the whole file, as asked, without a length', 'huggingface', whole, 200, {}, 'part'],
  ['encoding identity', 'huggingface', wanted, 206, { ...range, 'content-encoding': 'identity' }, 'part'],
];

const refused: [string, HubName, Wanted, number, Record<string, string>, string][] = [
  ['200 with a range, Hugging Face', 'huggingface', wanted, 200, { ...range, 'content-length': '100' }, 'wrong-answer'],
  ['206 without a range', 'modelscope', wanted, 206, { 'content-length': '100' }, 'wrong-answer'],
  ['another start', 'modelscope', wanted, 206, { 'content-range': 'bytes 99-199/1000' }, 'wrong-answer'],
  ['another end', 'modelscope', wanted, 206, { 'content-range': 'bytes 100-198/1000' }, 'wrong-answer'],
  ['another size', 'modelscope', wanted, 206, { 'content-range': 'bytes 100-199/1001' }, 'wrong-answer'],
  ['an unknown size', 'modelscope', wanted, 206, { 'content-range': 'bytes 100-199/*' }, 'wrong-answer'],
  ['a length that is not the range’s', 'modelscope', wanted, 206, { ...range, 'content-length': '99' }, 'wrong-answer'],
  ['a short 200', 'modelscope', wanted, 200, { 'content-length': '145' }, 'wrong-answer'],
  ['a 200 of unknown length', 'modelscope', wanted, 200, {}, 'wrong-answer'],
  ['gzip', 'modelscope', wanted, 206, { ...range, 'content-encoding': 'gzip' }, 'wrong-answer'],
  ['HTML', 'modelscope', wanted, 206, { ...range, 'content-type': 'text/html; charset=utf-8' }, 'wrong-answer'],
  ['JSON for weights', 'modelscope', whole, 200, { 'content-length': '1000', 'content-type': 'application/json' }, 'wrong-answer'],
  ['several parts', 'modelscope', wanted, 206, { ...range, 'content-type': 'multipart/byteranges; boundary=x' }, 'wrong-answer'],
  ['another ETag', 'modelscope', wanted, 206, { ...range, etag: '"two"' }, 'changed'],
  ['416', 'modelscope', wanted, 416, {}, 'changed'],
  ['401', 'huggingface', wanted, 401, {}, 'forbidden'],
  ['404', 'huggingface', wanted, 404, {}, 'no-file'],
  ['429', 'huggingface', wanted, 429, { 'retry-after': '7' }, 'busy'],
  ['502', 'huggingface', wanted, 502, {}, 'away'],
  ['302 without a place', 'huggingface', wanted, 302, {}, 'wrong-answer'],
];

describe('an answer about a range', () => {
  it.each(accepted)('takes %s', (_, hub, asked, status, headers, kind) => expect(judgeAnswer(hub, asked, { status, headers }, 0)).toBe(kind));

  it.each(refused)('refuses %s', (_, hub, asked, status, headers, kind) => {
    expect(() => judgeAnswer(hub, asked, { status, headers }, 0)).toThrow(expect.objectContaining({ kind }) as HubError);
  });

  it('takes JSON for a JSON file', () => {
    expect(judgeAnswer('modelscope', { ...whole, path: 'config.json' }, { status: 200, headers: { 'content-length': '1000', 'content-type': 'application/json' } }, 0)).toBe('part');
  });

  it('reads Retry-After as seconds and as a date, and no more than an hour of it', () => {
    expect([retryAfter('7', 0), retryAfter('Thu, 01 Jan 1970 00:01:00 GMT', 10_000), retryAfter('999999', 0), retryAfter('soon', 0), retryAfter(undefined, 0)]).toEqual([7000, 50_000, 3_600_000, null, null]);
  });
});
