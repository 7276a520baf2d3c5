import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@openstation/kit';
import { CallRecord } from '@openstation/proto';

const FILE = 'unsent-calls.jsonl';

/** Call records that the controller has not acknowledged, one JSON line each, so that an outage outlives this process. */
export class CallSpool {
  readonly #path: string;

  constructor(private readonly directory: string) {
    this.#path = join(directory, FILE);
  }

  /** What an earlier process left over; makes the directory. A torn last line (the process died while writing it) is skipped. */
  async load(): Promise<CallRecord[]> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    let text: string;
    try {
      text = await readFile(this.#path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap((line) => parseLine(line));
  }

  async append(records: readonly CallRecord[]): Promise<void> {
    await appendFile(this.#path, lines(records), { mode: 0o600 });
  }

  async replace(records: readonly CallRecord[]): Promise<void> {
    await writeFileAtomic(this.#path, lines(records));
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function lines(records: readonly CallRecord[]): string {
  return records.map((record) => `${JSON.stringify(CallRecord.toJSON(record))}\n`).join('');
}

function parseLine(line: string): CallRecord[] {
  if (line === '') return [];
  try {
    return [CallRecord.fromJSON(JSON.parse(line))];
  } catch {
    return []; // Torn by a crash: this one record is lost, the others are not.
  }
}
