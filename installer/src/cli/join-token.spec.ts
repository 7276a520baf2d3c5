import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ReadStream } from 'node:tty';
import { afterAll, describe, expect, it } from 'vitest';
import { checkedToken, readJoinToken } from './join-token.js';

const TOKEN = `osj1_${'a2'.repeat(26)}_${'0f'.repeat(8)}_${'9c'.repeat(32)}`;
const directory = mkdtempSync(join(tmpdir(), 'join-token-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What was shown, and the token that came of `typed` on a terminal or a pipe. */
async function reading(typed: string, { isTTY = false, file, signal = new AbortController().signal }: { isTTY?: boolean; file?: string; signal?: AbortSignal } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => undefined }) as unknown as ReadStream & PassThrough;
  const output = new PassThrough();
  const token = readJoinToken({ file, input, output, signal });
  if (typed === '') input.end();
  else if (isTTY) input.write(typed);
  else input.end(typed);
  return { token: await token, shown: (output.read() as Buffer | null)?.toString() ?? '' };
}

describe('the join token', () => {
  it('is read from a pipe, with or without an end of line', async () => {
    for (const text of [TOKEN, `${TOKEN}\n`, ` ${TOKEN}\r\n`]) expect(await reading(text)).toEqual({ token: TOKEN, shown: '' });
  });

  it('is asked for on a terminal and not echoed', async () => {
    const { token, shown } = await reading(`${TOKEN}\r`, { isTTY: true });
    expect(token).toBe(TOKEN);
    expect(shown).toContain('Join token (not shown)');
    expect(shown).not.toContain('osj1_');
  });

  it('comes from a file when one is named', async () => {
    const file = join(directory, 'token');
    writeFileSync(file, `${TOKEN}\n`);
    expect((await reading('', { file })).token).toBe(TOKEN);
    await expect(reading(TOKEN, { file: join(directory, 'none') })).rejects.toThrow('--token-file: ENOENT');
  });

  it('must be there', async () => {
    await expect(reading('')).rejects.toThrow('there is no join token');
    await expect(reading('\r', { isTTY: true })).rejects.toThrow('there is no join token');
  });

  it.each([TOKEN.slice(0, -1), TOKEN.toUpperCase(), `${TOKEN}x`, 'osk_something', 'x'.repeat(100_000)])('must be whole, and a wrong one is not repeated', (text) => {
    expect(() => checkedToken(text)).toThrow(/^the join token is not complete: copy it again from the console$/);
  });

  it('is not waited for after Ctrl-C', async () => {
    const stop = new AbortController();
    const input = Object.assign(new PassThrough(), { isTTY: false }) as unknown as ReadStream;
    const token = readJoinToken({ file: undefined, input, output: new PassThrough(), signal: stop.signal });
    stop.abort(new Error('stopped'));
    await expect(token).rejects.toThrow('stopped');
  });
});
