import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { writeFileAtomic } from '@openstation/kit';
import type { InstanceLogLine } from './instance-link.js';
import { logName, logOf, type LogOf } from './log-name.js';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const END = '.log.gz';
/** Far above what is ever written: a file that unpacks to more is not ours. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Kept engine logs, one packed file (0600) for each engine: a JSON line for each line of the log. */
export class LogFiles {
  constructor(private readonly directory: string) {}

  /** Undefined when none is kept. @throws Error when the file is broken */
  async read(of: LogOf): Promise<InstanceLogLine[] | undefined> {
    try {
      const text = (await unpack(await readFile(this.#path(of)), { maxOutputLength: MOST_BYTES })).toString('utf8');
      return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as InstanceLogLine);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** @returns bytes on disk */
  async write(of: LogOf, lines: readonly InstanceLogLine[]): Promise<number> {
    const packed = await pack(lines.map((line) => JSON.stringify(line)).join('\n'));
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await writeFileAtomic(this.#path(of), packed);
    return packed.length;
  }

  async remove(of: LogOf): Promise<void> {
    await rm(this.#path(of), { force: true });
  }

  /** Whose logs are here. */
  async list(): Promise<LogOf[]> {
    try {
      return (await readdir(this.directory)).flatMap((name) => (name.endsWith(END) ? (logOf(name.slice(0, -END.length)) ?? []) : []));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #path(of: LogOf): string {
    return join(this.directory, `${logName(of)}${END}`);
  }
}
