import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { sleep, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { Settings } from '../settings/index.js';
import { CallLog } from './call-log.js';

const DAY_MS = 24 * 3_600_000;
const ROUND_MS = 3_600_000;
const FIRST_ROUND_MS = 60_000;
/** Between two bites, so that other transactions get their turn. */
const PAUSE_MS = 50;

/** Cuts calls older than the retention setting, once an hour. */
@Injectable()
export class RetentionLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly log: CallLog,
    private readonly settings: Settings,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    await sleep(FIRST_ROUND_MS, signal);
    while (!signal.aborted) {
      await this.round(signal);
      await sleep(ROUND_MS, signal);
    }
  }

  /** One pass; a failing database is met again at the next. */
  async round(signal: AbortSignal): Promise<void> {
    const before = this.clock.now() - this.settings.current().callRetentionDays * DAY_MS;
    try {
      while (!signal.aborted && (await this.log.cut(before))) await sleep(PAUSE_MS, signal);
    } catch (error) {
      this.logger.warn({ err: error }, 'old calls could not be deleted; tried again in an hour');
    }
  }
}
