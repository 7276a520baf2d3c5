import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@openstation/kit';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogFile } from '../src/driver/process/log-file.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'os-log-'));
  path = join(directory, 'engine.log');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function numbers(log: LogFile, tail: number): Promise<string[]> {
  const found: string[] = [];
  for await (const line of log.read({ tail, follow: false }, new AbortController().signal)) found.push(`${line.number}:${line.text.toString()}`);
  return found;
}

it('keeps numbers over rotations, and drops only the oldest', async () => {
  const log = new LogFile(path, 100);
  for (let n = 1; n <= 60; n++) {
    await appendFile(path, `entry ${n}\n`);
    await log.tidy();
  }
  const all = await numbers(log, 0);
  expect(all.length).toBeLessThan(40);
  expect(all.every((line) => /^(\d+):entry \1$/.test(line))).toBe(true);
  expect(all.at(-1)).toBe('60:entry 60');
  expect(await numbers(log, 15)).toEqual(all.slice(-15));
  expect(await numbers(new LogFile(path, 100), 3)).toEqual(['58:entry 58', '59:entry 59', '60:entry 60']);
});

it('numbers a tail of a long log right, without a newline at the end too', async () => {
  const log = new LogFile(path);
  await appendFile(path, Array.from({ length: 20_000 }, (_, n) => `entry ${n + 1}\n`).join(''));
  expect(await numbers(log, 2)).toEqual(['19999:entry 19999', '20000:entry 20000']);
  await appendFile(path, 'half');
  expect((await numbers(log, 2)).at(-1)).toBe('20001:half');
});

it('a follower sees what comes after a rotation', async () => {
  const log = new LogFile(path, 10);
  await appendFile(path, 'first line\n');
  const abort = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const line of log.read({ tail: 0, follow: true }, abort.signal)) seen.push(line.text.toString());
  })();
  await waitFor(() => seen.length === 1, { what: 'first line', timeoutMs: 3000 });
  await log.tidy();
  await appendFile(path, 'second\n');
  await waitFor(() => seen.length === 2, { what: 'second line', timeoutMs: 3000 });
  abort.abort();
  await following;
  expect(seen).toEqual(['first line', 'second']);
});
