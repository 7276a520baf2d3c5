import { closeSync, copyFileSync, existsSync, openSync, renameSync, statSync, truncateSync } from 'node:fs';

const LARGEST_BYTES = 10 * 1024 * 1024;
const KEPT = 3;

/**
 * A log that programs write themselves, through a descriptor opened for appending: they go on logging when the
 * supervisor dies. So it is cut by copying and truncating; a line written in between may be lost.
 */
export class LogFile {
  #descriptor: number | undefined;

  constructor(private readonly path: string, private readonly largestBytes = LARGEST_BYTES) {}

  /** The descriptor for a child's output; stays open for the next start. */
  open(): number {
    this.#descriptor ??= openSync(this.path, 'a', 0o600);
    return this.#descriptor;
  }

  rotateIfLarge(): void {
    if (!existsSync(this.path) || statSync(this.path).size < this.largestBytes) return;
    for (let age = KEPT - 1; age >= 1; age -= 1) {
      if (existsSync(`${this.path}.${age}`)) renameSync(`${this.path}.${age}`, `${this.path}.${age + 1}`);
    }
    copyFileSync(this.path, `${this.path}.1`);
    truncateSync(this.path, 0);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
