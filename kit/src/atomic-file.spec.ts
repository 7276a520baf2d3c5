import { mkdtemp, readFile, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonFile, writeFileAtomic } from './atomic-file.js';

const directory = () => mkdtemp(join(tmpdir(), 'atomic-'));

describe('atomic file', () => {
  it('replaces the content, keeps it private and leaves nothing beside it', async () => {
    const path = join(await directory(), 'a.json');
    await writeFileAtomic(path, '{"v":1}');
    await writeFileAtomic(path, '{"v":2}');
    expect(await readJsonFile(path)).toEqual({ v: 2 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(path, '..'))).toEqual(['a.json']);
  });

  it('keeps the old content when the new one cannot be written', async () => {
    const path = join(await directory(), 'a.json');
    await writeFileAtomic(path, 'old');
    await expect(writeFileAtomic(path, { not: 'bytes' } as unknown as string)).rejects.toThrow();
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(join(path, '..'))).toEqual(['a.json']);
  });

  it('tells a missing file from a broken one', async () => {
    const path = join(await directory(), 'a.json');
    expect(await readJsonFile(path)).toBeUndefined();
    await writeFileAtomic(path, '{"v":');
    await expect(readJsonFile(path)).rejects.toThrow(SyntaxError);
  });
});
