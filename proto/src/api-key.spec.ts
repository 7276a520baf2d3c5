import { describe, expect, it } from 'vitest';
import { apiKeyDigest, newApiKey, parseApiKey, sameDigest } from './api-key.js';

describe('api key', () => {
  it('reads back what it made', () => {
    const key = newApiKey();
    expect(parseApiKey(key.text)).toEqual(key);
  });

  it('refuses a typo, a cut-off key and another kind of secret', () => {
    const { text } = newApiKey();
    const typo = text.slice(0, 20) + (text[20] === 'a' ? 'b' : 'a') + text.slice(21);
    expect(parseApiKey(typo)).toBeUndefined();
    expect(parseApiKey(text.slice(0, -1))).toBeUndefined();
    expect(parseApiKey('sk-proj-0123456789')).toBeUndefined();
  });

  it('never repeats', () => {
    const keys = new Set(Array.from({ length: 1000 }, () => newApiKey().text));
    expect(keys.size).toBe(1000);
  });

  it('digests depend on the pepper', () => {
    const { text } = newApiKey();
    const one = apiKeyDigest(Buffer.alloc(32, 1), text);
    expect(sameDigest(one, apiKeyDigest(Buffer.alloc(32, 1), text))).toBe(true);
    expect(sameDigest(one, apiKeyDigest(Buffer.alloc(32, 2), text))).toBe(false);
    expect(sameDigest(one, Buffer.alloc(3))).toBe(false);
  });
});
