import { createLogger } from '@openstation/kit';
import type { LogChunk } from '@openstation/proto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RawLogLine } from '../driver/index.js';
import { LastWords } from './last-words.js';
import { LogServer } from './log-server.js';

async function* two(): AsyncGenerator<RawLogLine> {
  for (const number of [1, 2]) yield await Promise.resolve({ number, atMs: 0, text: Buffer.from(`line ${number}`), isErrorStream: false });
}

describe('the last of a log', () => {
  let chunks: LogChunk[];
  let words: LastWords;
  beforeEach(() => {
    chunks = [];
    words = new LastWords(createLogger('agent', 'silent'));
  });
  afterEach(() => void vi.useRealTimers());

  it('is sent unasked, under the name of its instance', async () => {
    words.use(new LogServer(two, (chunk) => (chunks.push(chunk), Promise.resolve())));
    await words.tell('i-1');
    expect(chunks.every(({ requestId }) => requestId === 'last:i-1')).toBe(true);
    expect(chunks.flatMap(({ lines }) => lines.map(({ text }) => text))).toEqual(['line 1', 'line 2']);
    expect(chunks.at(-1)?.end).toBe(true);
  });

  it('holds nobody up without a session, or when sending fails', async () => {
    await words.tell('i-1');
    words.use(new LogServer(two, () => Promise.reject(new Error('the session is over'))));
    await words.tell('i-1');
    words.use(undefined);
    await words.tell('i-1');
  });

  it('is given up when the controller takes nothing for five seconds', async () => {
    vi.useFakeTimers();
    words.use(new LogServer(two, () => new Promise(() => undefined)));
    const told = words.tell('i-1');
    await vi.advanceTimersByTimeAsync(5_000);
    await told;
  });
});
