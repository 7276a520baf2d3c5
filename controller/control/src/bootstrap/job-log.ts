import type { Operations } from '../operations/index.js';
import { LogLines, redact } from './log-lines.js';

/** Lines of one command that are kept; what comes beyond is counted. */
const LINES_PER_COMMAND = 3_000;
const MAX_WAITING = 1_000;
/** What the log table holds. */
const LINE_CHARACTERS = 1_990;

/** The log of one job: written in order, one after another, without holding up who writes. Bounded in memory. */
export class JobLog {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #budget = LINES_PER_COMMAND;
  #dropped = 0;

  constructor(
    private readonly operations: Operations,
    private readonly operationId: string,
    private readonly secrets: () => readonly string[],
    private readonly onError: (error: unknown) => void,
  ) {}

  /** A line of our own. */
  note(text: string): void {
    const lines = new LogLines((line) => this.#append(line, false), this.secrets);
    lines.push(Buffer.from(text));
    lines.end();
  }

  /** A line of the server; already clean. */
  line(text: string, error: boolean): void {
    if (this.#budget <= 0 || this.#waiting >= MAX_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#budget -= 1;
    this.#append(redact(text, this.secrets()), error);
  }

  /** A new command may fill the log anew. Resolves when everything is written. */
  async settle(): Promise<void> {
    if (this.#dropped > 0) this.#append(`… ${this.#dropped} more line(s) were left out`, false);
    this.#dropped = 0;
    this.#budget = LINES_PER_COMMAND;
    await this.#tail;
  }

  #append(text: string, error: boolean): void {
    this.#waiting += 1;
    this.#tail = this.#tail
      .then(() => this.operations.log(this.operationId, text.slice(0, LINE_CHARACTERS), error))
      .catch((problem: unknown) => this.onError(problem))
      .finally(() => (this.#waiting -= 1));
  }
}
