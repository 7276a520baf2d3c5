import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeArchive } from './write-archive.js';

const BYTES = 8 * 2 ** 20;
let directory: string;

beforeEach(() => void (directory = mkdtempSync('/tmp/write-archive-')));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('appears whole, the same bytes each time; one that is given up leaves nothing', async () => {
  const bytes = randomBytes(BYTES);
  const stop = new AbortController();
  const file = (path: string, read = () => undefined as unknown) => ({ path, executable: false, content: () => (read(), bytes) });
  const release = { version: '1.2.3', arch: 'x64' as const, key: generateKeyPairSync('ed25519').privateKey };
  const write = (name: string, files: Parameters<typeof writeArchive>[1]) => writeArchive(join(directory, name), files, release, stop.signal);
  const one = await write('one', [file('a'), file('b')]);
  expect((await write('two', [file('a'), file('b')])).sha256).toBe(one.sha256);
  let reads = 0;
  // The first look is for the list; at the second the archive is being written.
  const ending = file('b', () => (reads += 1) === 2 && stop.abort(new Error('enough')));
  await expect(write('three', [file('a'), ending, file('c')])).rejects.toThrow();
  expect(reads).toBe(2);
  expect(readdirSync(directory).sort()).toEqual(['one', 'two']);
});
