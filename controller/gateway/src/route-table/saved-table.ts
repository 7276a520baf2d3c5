import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@openstation/kit';
import { RouteTable } from '@openstation/proto';

const FILE = 'route-table.bin';

/** The last table on disk (protobuf, mode 0600: it holds the key pepper), so that the gateway serves without the controller. */
export class SavedTable {
  #wanted: RouteTable | undefined;
  #writing: Promise<void> | undefined;

  constructor(
    private readonly directory: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Undefined when nothing was saved yet. A file that cannot be read is reported and ignored: the controller sends a fresh one. */
  async load(): Promise<RouteTable | undefined> {
    try {
      return RouteTable.decode(await readFile(join(this.directory, FILE)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.onError(error);
      return undefined;
    }
  }

  /** Saves in the background; while one write runs, only the newest table waits. */
  save(table: RouteTable): void {
    this.#wanted = table;
    this.#writing ??= this.#write();
  }

  /** Resolves when the newest table is on disk (or could not be written, which was reported). */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#wanted) {
      const table = this.#wanted;
      this.#wanted = undefined;
      try {
        await mkdir(this.directory, { recursive: true, mode: 0o700 });
        await writeFileAtomic(join(this.directory, FILE), RouteTable.encode(table).finish());
      } catch (error) {
        this.onError(error);
      }
    }
    this.#writing = undefined;
  }
}
