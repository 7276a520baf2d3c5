import { mkdtemp, readFile, rm, truncate, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal, type JournalRecord } from '../src/journal/index.js';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'os-journal-'));
  path = join(directory, 'journal');
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function record(instanceId: string, generation: number): JournalRecord {
  return { instanceId, generation, desired: 'run', stage: 'accepted', intent: undefined, driver: undefined, port: undefined, wasReady: false, outcome: undefined, updatedAtMs: 1 };
}

describe('journal on disk', () => {
  it('gives back the newest record of each instance after a restart', async () => {
    const journal = await FileJournal.open(path);
    await Promise.all([journal.put(record('a', 1)), journal.put(record('a', 2)), journal.put(record('b', 1)), journal.put(record('c', 1)), journal.forget('c')]);
    await journal.close();
    const again = await FileJournal.open(path);
    expect(again.all().map(({ instanceId, generation }) => `${instanceId}${generation}`)).toEqual(['a2', 'b1']);
    await again.close();
  });

  it('cut off at any byte it opens with a state that was once true', async () => {
    const journal = await FileJournal.open(path);
    for (const generation of [1, 2, 3]) await journal.put(record('a', generation));
    await journal.close();
    const whole = await readFile(path);
    for (let bytes = 0; bytes <= whole.length; bytes += 7) {
      await writeFile(path, whole);
      await truncate(path, bytes);
      const cut = await FileJournal.open(path);
      expect([undefined, 1, 2, 3]).toContain(cut.get('a')?.generation);
      await cut.put(record('b', 9));
      await cut.close();
      const again = await FileJournal.open(path);
      expect(again.get('b')?.generation).toBe(9);
      await again.close();
    }
  });

  it('refuses to guess at damage in the middle', async () => {
    const journal = await FileJournal.open(path);
    await journal.put(record('a', 1));
    await journal.put(record('b', 1));
    await journal.close();
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"a"', '"x"'));
    await expect(FileJournal.open(path)).rejects.toThrow(/line 1 is damaged/);
  });

  it('ignores garbage after the last line and stays small', async () => {
    const journal = await FileJournal.open(path);
    for (let n = 1; n <= 1200; n++) await journal.put(record('a', n));
    await journal.close();
    expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(700);
    await appendFile(path, '00000000 {"put":');
    const again = await FileJournal.open(path);
    expect(again.get('a')?.generation).toBe(1200);
    await again.close();
  });
});
