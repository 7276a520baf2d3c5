import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf } from './content.ts';
import { HubServer } from './hub-server.ts';
import { sdkRepository } from './sdk-repository.ts';

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly status: number;
  readonly length: string | null;
  readonly type: string | null;
}

const transcript = JSON.parse(readFileSync(join(import.meta.dirname, 'sdk-transcript.json'), 'utf8')) as { client: string; version: string; exchanges: Exchange[] }[];

describe('the hub emulator', () => {
  let hub: HubServer;
  beforeAll(async () => {
    hub = await HubServer.start();
    hub.contentHost = 'localhost';
    hub.repositories.put(sdkRepository);
  });
  afterAll(() => hub.stop());

  it.each(transcript)('answers $client $version as when it was satisfied', async ({ exchanges }) => {
    for (const { method, path, range, status, length, type } of exchanges) {
      const answer = await fetch(`http://127.0.0.1:${hub.port}${path}`, { method, redirect: 'manual', headers: range === null ? {} : { range } });
      await answer.arrayBuffer();
      expect([path, answer.status, answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual([path, status, length, type]);
    }
    expect(exchanges.length).toBeGreaterThan(5);
  });

  it('makes the same bytes wherever it begins', () => {
    const file = { path: 'x', bytes: 5_000_000, seed: 'seed', head: Buffer.from('head').toString('base64') };
    const all = bytesOf(file, 0, file.bytes);
    for (const [from, to] of [[0, 10], [3, 5], [4, 17], [1_048_570, 3_200_001], [4_999_999, 5_000_000]] as const) expect(bytesOf(file, from, to).equals(all.subarray(from, to))).toBe(true);
  });
});
