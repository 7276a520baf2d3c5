import { inspect } from 'node:util';

const SHOWN = '[REDACTED]';

/** A value that must not be printed by accident: every way of turning it into text gives `[REDACTED]`. */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
