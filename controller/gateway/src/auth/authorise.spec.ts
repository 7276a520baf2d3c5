import { KeyState, apiKeyDigest, newApiKey, type KeyEntry, type RouteTable } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import { RouteSnapshot } from '../route-table/index.js';
import { authorise } from './authorise.js';
import { VerifiedKeys } from './verified-keys.js';

const pepper = Buffer.alloc(32, 3);
const { id, text } = newApiKey();
const entry = (change: Partial<KeyEntry> = {}): KeyEntry => ({ keyId: id, digest: apiKeyDigest(pepper, text), state: KeyState.ACTIVE, userId: 'u', userName: 'u', expiresAtMs: 0, models: [], ...change });
const table = (...keys: KeyEntry[]) => new RouteSnapshot({ version: 1, clusterId: 'c', routes: [], keys, keyPepper: pepper } satisfies RouteTable);
const code = (headers: string[], snapshot = table(entry()), now = 0) => {
  const access = authorise(headers, snapshot, new VerifiedKeys(), now);
  return access.granted ? 'granted' : access.error.code;
};

describe('authorise', () => {
  it('takes a key in either header, whatever the case', () => {
    expect(code(['Authorization', `Bearer ${text}`])).toBe('granted');
    expect(code(['AUTHORIZATION', `bearer  ${text}`])).toBe('granted');
    expect(code(['X-Api-Key', text])).toBe('granted');
  });

  it('refuses none, wrong ones and more than one', () => {
    expect(code([])).toBe('invalid_api_key');
    expect(code(['authorization', `Basic ${text}`])).toBe('invalid_api_key');
    expect(code(['authorization', `Bearer ${newApiKey().text}`])).toBe('invalid_api_key');
    expect(code(['authorization', `Bearer ${text}`, 'x-api-key', text])).toBe('ambiguous_credentials');
    expect(code(['authorization', `Bearer ${text}`, 'authorization', `Bearer ${text}`])).toBe('ambiguous_credentials');
  });

  it('refuses a key whose id is known and whose secret is not', () => {
    expect(code(['x-api-key', text], table(entry({ digest: apiKeyDigest(pepper, 'another') })))).toBe('invalid_api_key');
  });

  it('knows disabled, unnamed states and expired keys', () => {
    expect(code(['x-api-key', text], table(entry({ state: KeyState.DISABLED })))).toBe('key_disabled');
    expect(code(['x-api-key', text], table(entry({ state: KeyState.UNSPECIFIED })))).toBe('key_disabled');
    expect(code(['x-api-key', text], table(entry({ expiresAtMs: 100 })), 99)).toBe('granted');
    expect(code(['x-api-key', text], table(entry({ expiresAtMs: 100 })), 100)).toBe('key_expired');
  });

  it('forgets verified keys with the table they were verified against', () => {
    const keys = new VerifiedKeys();
    expect(authorise(['x-api-key', text], table(entry()), keys, 0).granted).toBe(true);
    expect(authorise(['x-api-key', text], table(), keys, 0).granted).toBe(false);
  });
});
