import { closeSync, constants, openSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { Tool } from '../tool.js';

export interface KernelLine {
  readonly text: string;
  readonly atMs: number;
  /** After the start of the machine. */
  readonly sinceBootMs: number;
}

const KMSG = '/dev/kmsg';
/** One read is one record; a turn takes so many and leaves the rest for the next. */
const RECORDS_A_TURN = 20_000;
const PROGRAM_EVERY_MS = 30_000;
/** Asked in this order where the device may not be read; both tell the whole boot every time. */
const PROGRAMS = [
  { tool: new Tool('journalctl'), args: ['-k', '-b', '-q', '--no-pager', '-o', 'short-monotonic', '-n', '20000'] },
  { tool: new Tool('dmesg'), args: [] },
];

/** Lines of the kernel's log that carry `mark`, from the start of the machine on; each once. Never rejects. */
export class KernelLog {
  #file: number | undefined;
  #readable = true;
  #seen = new Set<string>();
  #nextProgramAt = 0;
  readonly #buffer = Buffer.alloc(8192);

  constructor(private readonly mark: string, private readonly path = KMSG, private readonly programs = PROGRAMS) {}

  async news(): Promise<KernelLine[]> {
    const lines = this.#readable ? this.#fromDevice() : undefined;
    if (lines) return lines;
    this.#readable = false;
    return this.#fromPrograms();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  /** The device never blocks when opened so: it answers or has nothing. Undefined when it may not be read. */
  #fromDevice(): KernelLine[] | undefined {
    const lines: KernelLine[] = [];
    try {
      this.#file ??= openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK);
      for (let records = 0; records < RECORDS_A_TURN; records++) {
        const text = this.#record(this.#file);
        if (text === undefined) break;
        if (text.includes(this.mark)) lines.push(...kmsgLines(text));
      }
    } catch {
      this.close();
      return undefined; // not there or not for us: the programs may be allowed to
    }
    return lines.filter((line) => line.text.includes(this.mark));
  }

  #record(file: number): string | undefined {
    try {
      const bytes = readSync(file, this.#buffer);
      return bytes === 0 ? undefined : this.#buffer.toString('utf8', 0, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return undefined;
      if (code === 'EPIPE') return ''; // overwritten before it was read: the next one is there
      throw error;
    }
  }

  async #fromPrograms(): Promise<KernelLine[]> {
    if (performance.now() < this.#nextProgramAt) return [];
    this.#nextProgramAt = performance.now() + PROGRAM_EVERY_MS;
    for (const { tool, args } of this.programs) {
      const { kind, exitCode, stdout } = await tool.run(args);
      if (kind === 'ended' && exitCode === 0) return this.#unseen(stdout);
    }
    return [];
  }

  #unseen(output: string): KernelLine[] {
    const marked = output.split('\n').filter((line) => line.includes(this.mark));
    const fresh = marked.filter((line) => !this.#seen.has(line));
    this.#seen = new Set(marked);
    return fresh.map(programLine);
  }
}

/** `level,sequence,microseconds since start,flags;text`. */
function kmsgLines(records: string): KernelLine[] {
  return records.split('\n').flatMap((record) => {
    const match = /^\d+,\d+,(\d+),[^;]*;(.*)$/.exec(record);
    return match ? [lineAt(match[2] ?? '', Number(match[1]) / 1000)] : [];
  });
}

/** Both programs write `[seconds since start]` first. */
function programLine(line: string): KernelLine {
  const seconds = /^\[\s*(\d+(?:\.\d+)?)\]/.exec(line)?.[1];
  return lineAt(line, seconds === undefined ? sinceBoot() : Number(seconds) * 1000);
}

function lineAt(text: string, sinceBootMs: number): KernelLine {
  return { text, sinceBootMs, atMs: Math.round(Date.now() - sinceBoot() + sinceBootMs) };
}

/** The kernel counts from its own start, on the clock that Node counts on too. */
function sinceBoot(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
