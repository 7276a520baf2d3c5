import { copyFile, rename, stat, truncate } from 'node:fs/promises';
import { readJsonFile, sleep, writeFileAtomic } from '@openstation/kit';
import type { LogOptions, RawLogLine } from '../driver.js';
import { countNewlines, readRange, splitLines } from './log-bytes.js';

/** Together with the older half this caps an engine's log at 50 MB. */
const ROTATE_ABOVE_BYTES = 25 * 1024 * 1024;
const FOLLOW_EVERY_MS = 200;
const FIRST_WINDOW_BYTES = 64 * 1024;
const FOLLOW_CHUNK_BYTES = 256 * 1024;

/** Lines that stand before the older file and before the current one, in the engine's whole life. */
interface Rotation {
  readonly beforeOlder: number;
  readonly beforeCurrent: number;
}

/**
 * An engine's output: `engine.log`, written by the engine itself in append mode, and `engine.log.1`, the part
 * before. Rotation copies and truncates, because the engine keeps its file open.
 */
export class LogFile {
  /** Lines counted up to an offset of the current file, so that a tail need not count from the start each time. */
  #counted = { offset: 0, lines: 0 };

  constructor(private readonly path: string, private readonly rotateAboveBytes = ROTATE_ABOVE_BYTES) {}

  /** Rotates when the current file has grown past its half. Call it from one place only. */
  async tidy(): Promise<void> {
    const size = await this.#size(this.path);
    if (size <= this.rotateAboveBytes) return;
    const { beforeCurrent } = await this.#rotation();
    await copyFile(this.path, `${this.path}.1.new`);
    await rename(`${this.path}.1.new`, `${this.path}.1`);
    const lines = await countNewlines(`${this.path}.1`, 0, Infinity);
    await writeFileAtomic(`${this.path}.json`, JSON.stringify({ beforeOlder: beforeCurrent, beforeCurrent: beforeCurrent + lines }));
    await truncate(this.path, 0);
    this.#counted = { offset: 0, lines: 0 };
  }

  /** The newest lines, an unfinished one and progress bars (rewritten with \\r) included. */
  async recent(count: number): Promise<string[]> {
    const size = await this.#size(this.path);
    const text = (await readRange(this.path, Math.max(0, size - FIRST_WINDOW_BYTES), size)).toString('utf8');
    return text.split(/[\r\n]+/).filter((entry) => entry !== '').slice(-count);
  }

  async *read(options: LogOptions, signal: AbortSignal): AsyncGenerator<RawLogLine> {
    const history = await this.#history(options.tail);
    yield* history.lines;
    if (!options.follow) {
      if (history.rest.length > 0) yield line(history.nextNumber, history.rest, 0);
      return;
    }
    yield* this.#follow(history.offset - history.rest.length, history.nextNumber, signal);
  }

  async #history(tail: number): Promise<{ lines: RawLogLine[]; rest: Buffer; nextNumber: number; offset: number }> {
    const { beforeOlder, beforeCurrent } = await this.#rotation();
    const size = await this.#size(this.path);
    const current = await this.#lastLines(size, tail, beforeCurrent);
    const missing = tail === 0 ? Infinity : tail - current.lines.length;
    const older = missing > 0 && beforeCurrent > 0 ? await this.#olderLines(missing, beforeOlder) : [];
    return { lines: [...older, ...current.lines], rest: current.rest, nextNumber: current.nextNumber, offset: size };
  }

  /** The last complete lines of the current file: a window from the end that grows until it holds enough. */
  async #lastLines(size: number, tail: number, before: number) {
    let window = tail === 0 ? size : Math.min(size, FIRST_WINDOW_BYTES);
    for (;;) {
      const start = size - window;
      const { lines, rest } = splitLines(await readRange(this.path, start, size));
      // A window that starts inside a line begins with a piece of it.
      const whole = start === 0 ? lines : lines.slice(1);
      if (start > 0 && whole.length < tail) {
        window = Math.min(size, window * 4);
        continue;
      }
      const linesBefore = before + (start === 0 ? 0 : (await this.#countUpTo(start)) + 1);
      const numbered = whole.map((text, index) => line(linesBefore + index + 1, text, 0));
      const wanted = tail === 0 ? numbered : numbered.slice(-tail);
      return { lines: wanted, rest, nextNumber: linesBefore + whole.length + 1 };
    }
  }

  async #olderLines(count: number, before: number): Promise<RawLogLine[]> {
    const path = `${this.path}.1`;
    const { lines } = splitLines(await readRange(path, 0, await this.#size(path)));
    const numbered = lines.map((text, index) => line(before + index + 1, text, 0));
    return count === Infinity ? numbered : numbered.slice(-count);
  }

  async *#follow(from: number, nextNumber: number, signal: AbortSignal): AsyncGenerator<RawLogLine> {
    let offset = from;
    let number = nextNumber;
    let pending: Buffer = Buffer.alloc(0);
    while (!signal.aborted) {
      const size = await this.#size(this.path);
      if (size < offset) {
        // Rotated: what stood there was read or is in the older file.
        offset = 0;
        pending = Buffer.alloc(0);
      }
      if (size === offset) {
        await sleep(FOLLOW_EVERY_MS, signal);
        continue;
      }
      const chunk = await readRange(this.path, offset, Math.min(size, offset + FOLLOW_CHUNK_BYTES));
      offset += chunk.length;
      const { lines, rest } = splitLines(Buffer.concat([pending, chunk]));
      pending = rest;
      for (const text of lines) yield line(number++, text, Date.now());
    }
  }

  async #countUpTo(offset: number): Promise<number> {
    if (offset < this.#counted.offset) this.#counted = { offset: 0, lines: 0 };
    const lines = this.#counted.lines + (await countNewlines(this.path, this.#counted.offset, offset));
    this.#counted = { offset, lines };
    return lines;
  }

  async #rotation(): Promise<Rotation> {
    return (await readJsonFile<Rotation>(`${this.path}.json`)) ?? { beforeOlder: 0, beforeCurrent: 0 };
  }

  async #size(path: string): Promise<number> {
    try {
      return (await stat(path)).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }
}

function line(number: number, text: Buffer, atMs: number): RawLogLine {
  return { number, atMs, text, isErrorStream: false };
}
