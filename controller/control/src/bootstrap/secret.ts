import { inspect } from 'node:util';

/**
 * A password or key that must not reach a log, a file or another process by accident: printing, interpolating and
 * serialising show a placeholder. `wipe` overwrites our copy; strings that `reveal` made, and the request body it came
 * in, are the garbage collector's and cannot be overwritten.
 */
export class Secret {
  #bytes: Buffer | undefined;

  constructor(text: string) {
    this.#bytes = Buffer.from(text, 'utf8');
  }

  /** @throws Error after `wipe` */
  reveal(): string {
    if (!this.#bytes) throw new Error('the secret was wiped');
    return this.#bytes.toString('utf8');
  }

  wipe(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
