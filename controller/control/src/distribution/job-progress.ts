import type { Operations } from '../operations/index.js';

const EVERY_MS = 1000;

/** Adds up the bytes of an operation's steps; writes at most once a second, one write at a time. */
export class JobProgress {
  readonly #done = new Map<string, number>();
  readonly #started = performance.now();
  #told = -Infinity;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly operationId: string,
    private readonly operations: Pick<Operations, 'progress' | 'transferring' | 'step'>,
    private readonly totalBytes: number,
  ) {}

  report(stepId: string, bytesDone: number, bytesTotal: number): void {
    this.#done.set(stepId, bytesDone);
    const now = performance.now();
    if (now - this.#told < EVERY_MS) return;
    this.#told = now;
    const bytes = [...this.#done.values()].reduce((sum, done) => sum + done, 0);
    const bytesPerSecond = Math.round(bytes / Math.max(0.001, (now - this.#started) / 1000));
    const etaSeconds = bytesPerSecond > 0 ? Math.ceil((this.totalBytes - bytes) / bytesPerSecond) : null;
    this.operations.transferring(this.operationId, { bytesDone: bytes, bytesTotal: this.totalBytes, bytesPerSecond, etaSeconds });
    const percent = this.totalBytes > 0 ? (bytes / this.totalBytes) * 100 : 0;
    this.#writing = this.#writing.then(async () => {
      await this.operations.step(this.operationId, stepId, 'running', `${gibibytes(bytesDone)} of ${gibibytes(bytesTotal)} GiB`);
      await this.operations.progress(this.operationId, percent, 'transferring');
    });
    this.#writing.catch(() => undefined); // told to whoever waits until it is settled
  }

  settled(): Promise<void> {
    return this.#writing;
  }
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(2);
}
