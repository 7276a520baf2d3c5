import type { LogChunk } from '@openstation/proto';
import { describe, expect, it } from 'vitest';
import type { RawLogLine } from '../driver/index.js';
import { LogServer, sanitiseLine } from './index.js';

const clean = (text: string) => sanitiseLine(Buffer.from(text));

describe('sanitised lines', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a title set by OSC', '\u001b]0;evil\u0007text', 'text'],
    ['an OSC link', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['DCS', '\u001bPq#0\u001b\\after', 'after'],
    ['one-byte CSI', '\u009b31mred', 'red'],
    ['bells and backspaces', 'a\u0007b\u0008c', 'abc'],
    ['reordering marks', 'user\u202egnp.exe\u2066', 'usergnp.exe'],
    ['zero width', 'pass\u200bword\ufeff', 'password'],
    ['a progress bar', 'load 10%\rload 50%\rload 99%\r', 'load 99%'],
    ['tabs stay', 'a\tb', 'a\tb'],
    ['other languages stay', '模型已加载 ✓', '模型已加载 ✓'],
  ])('%s', (_title, raw, text) => {
    expect(clean(raw)).toBe(text);
  });

  it('broken UTF-8 is replaced, long lines are cut and marked, never above 8 KiB', () => {
    expect(sanitiseLine(Buffer.from([0x61, 0xff, 0x62]))).toBe('a\ufffdb');
    const long = clean('é'.repeat(10_000));
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(8192);
    expect(long.endsWith('[cut]')).toBe(true);
  });
});

describe('log server', () => {
  const line = (number: number): RawLogLine => ({ number, atMs: 0, text: Buffer.from(`entry ${number}`), isErrorStream: false });
  const request = { requestId: 'r', instanceId: 'i', tail: 0, follow: true };

  async function* count(to: number, signal?: AbortSignal): AsyncGenerator<RawLogLine> {
    for (let n = 1; n <= to; n++) yield await Promise.resolve(line(n));
    if (signal && !signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }

  it('sends everything in order, in bounded chunks, with an end', async () => {
    const chunks: LogChunk[] = [];
    await new LogServer(() => count(1200), (chunk) => { chunks.push(chunk); return Promise.resolve(); }).answer(request);
    expect(chunks.flatMap((chunk) => chunk.lines.map((entry) => entry.number))).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1));
    expect(chunks.every((chunk) => chunk.lines.length <= 500)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ end: true, error: '' });
  });

  it('does not read faster than the controller takes', async () => {
    let read = 0;
    async function* source(): AsyncGenerator<RawLogLine> {
      for (;;) yield await Promise.resolve(line(++read));
    }
    let sent = 0;
    const server: LogServer = new LogServer(source, () => {
      sent += 1;
      if (sent === 2) server.cancel('r');
      return Promise.resolve();
    });
    await server.answer(request);
    expect(read).toBeLessThan(1100);
  });

  it('a cancelled follow ends without a word, an unknown instance is said', async () => {
    const chunks: LogChunk[] = [];
    const server: LogServer = new LogServer(
      (id, _options, signal) => (id === 'i' ? count(3, signal) : undefined),
      (chunk) => { chunks.push(chunk); if (chunk.lines.length === 3) server.cancel('r'); return Promise.resolve(); },
    );
    await server.answer(request);
    expect(chunks.some((chunk) => chunk.end)).toBe(false);
    await server.answer({ ...request, instanceId: 'other' });
    expect(chunks.at(-1)?.error).toContain('no engine');
  });
});
