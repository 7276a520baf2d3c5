import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '@openstation/kit';
import { formatLine, parseLine, type JournalEntry } from './journal-line.js';
import type { Journal, JournalRecord } from './journal.js';

/** Lines after which the file is rewritten with one line per record. */
const COMPACT_ABOVE = 512;

/**
 * Append-only file, one checked line per change, fsync before a change counts. Killed at any byte it loads as
 * the last complete state: a torn tail is a change nobody was told about.
 */
export class FileJournal implements Journal {
  #records = new Map<string, JournalRecord>();
  #file: FileHandle | undefined;
  #lines = 0;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(private readonly path: string) {}

  /** @throws Error when lines before the last are damaged: that is a broken disk, not a crash. */
  static async open(path: string): Promise<FileJournal> {
    const journal = new FileJournal(path);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await journal.#load();
    await journal.#compact();
    return journal;
  }

  all(): readonly JournalRecord[] {
    return [...this.#records.values()];
  }

  get(instanceId: string): JournalRecord | undefined {
    return this.#records.get(instanceId);
  }

  async put(record: JournalRecord): Promise<void> {
    await this.#inOrder({ put: record });
  }

  async forget(instanceId: string): Promise<void> {
    await this.#inOrder({ forget: instanceId });
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => undefined); // its own caller has seen that failure
    await this.#file?.close();
    this.#file = undefined;
  }

  /** One write at a time, in the order of the calls; a failed one does not stop the next. */
  #inOrder(entry: JournalEntry): Promise<void> {
    const turn = this.#tail.catch(() => undefined).then(() => this.#append(entry));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #append(entry: JournalEntry): Promise<void> {
    if (!this.#file) throw new Error('the journal is closed');
    try {
      await this.#file.appendFile(formatLine(entry));
      await this.#file.datasync();
    } catch (error) {
      // Half a line may stand in the file now. The state is written afresh, so that the next line is readable.
      await this.#compact();
      throw error;
    }
    this.#apply(entry);
    this.#lines += 1;
    if (this.#lines > COMPACT_ABOVE && this.#lines > 4 * this.#records.size) await this.#compact();
  }

  async #load(): Promise<void> {
    const lines = (await readText(this.path)).split('\n');
    lines.forEach((line, index) => {
      if (line === '') return;
      const entry = parseLine(line);
      if (entry) this.#apply(entry);
      else if (index < lines.length - 2) throw new Error(`${this.path}: line ${index + 1} is damaged`);
    });
  }

  async #compact(): Promise<void> {
    const content = this.all().map((record) => formatLine({ put: record })).join('');
    await writeFileAtomic(this.path, content);
    await this.#file?.close();
    this.#file = await open(this.path, 'a', 0o600);
    this.#lines = this.#records.size;
  }

  #apply(entry: JournalEntry): void {
    if ('put' in entry) this.#records.set(entry.put.instanceId, entry.put);
    else this.#records.delete(entry.forget);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
