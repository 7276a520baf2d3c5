import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { Operations } from '../operations/index.js';
import type { DownloadRun } from './download-run.js';
import { gib } from './gib.js';

const TURN_MS = 1_000;
const SUMMARY_TURNS = 10;

/** Tells how runs go: percent and speed once a second, a line in the log every ten. */
@Injectable()
export class RunReporter implements OnModuleDestroy {
  readonly #runs = new Map<DownloadRun, number>();
  /** Log lines of one operation are written in order. */
  readonly #lines = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #turning: Promise<void> = Promise.resolve();

  constructor(
    private readonly operations: Operations,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  logOf(operationId: string): (line: string, error?: boolean) => void {
    return (line, error = false) => {
      const before = this.#lines.get(operationId) ?? Promise.resolve();
      this.#lines.set(operationId, before.then(() => this.operations.log(operationId, line, error)).catch((problem: unknown) => this.logger.warn({ err: problem, operationId }, 'a line of a download’s log was lost')));
    };
  }

  watch(run: DownloadRun): void {
    this.#runs.set(run, 0);
    this.#timer ??= setInterval(() => { this.#turning = this.#turning.then(() => this.#turn()); }, TURN_MS);
  }

  /** Writes down where it ended. */
  async unwatch(run: DownloadRun): Promise<void> {
    await this.#turning;
    await this.#report(run);
    this.#runs.delete(run);
    this.operations.transferring(run.operationId, null);
    await this.#lines.get(run.operationId);
    this.#lines.delete(run.operationId);
    if (this.#runs.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #turn(): Promise<void> {
    for (const [run, turns] of this.#runs) {
      const { phase, percent, transfer } = await this.#report(run);
      this.#runs.set(run, turns + 1);
      if (turns % SUMMARY_TURNS !== 0) continue;
      const busy = run.fetch.files.find(({ state }) => state === 'fetching' || state === 'checking');
      const speed = transfer.bytesPerSecond === null ? '' : ` DL:${gib(transfer.bytesPerSecond)}/s`;
      const eta = transfer.etaSeconds === null ? '' : ` ETA:${transfer.etaSeconds}s`;
      this.logOf(run.operationId)(`${phase} ${gib(transfer.bytesDone)}/${gib(transfer.bytesTotal)} (${percent.toFixed(2)}%)${speed}${eta}${busy ? ` FILE: ${busy.file.path}` : ''}`);
    }
  }

  async #report(run: DownloadRun): Promise<ReturnType<DownloadRun['state']>> {
    const state = run.state(this.clock.now());
    try {
      this.operations.transferring(run.operationId, state.transfer);
      await this.operations.progress(run.operationId, state.percent, state.phase);
    } catch (error) {
      this.logger.warn({ err: error, operationId: run.operationId }, 'the progress of a download could not be written down');
    }
    return state;
  }
}
