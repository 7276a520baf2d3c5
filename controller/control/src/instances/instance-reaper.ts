import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { InstanceRepository } from './instance.repository.js';
import { RunKeeper } from './run-keeper.js';

const TURN_MS = 60_000;
/** How long an ended instance is kept after its node let go of it. */
const KEEP_MS = 600_000;

/** Deletes rows of instances that are over; what is remembered of them is written before. */
@Injectable()
export class InstanceReaper implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#reap(),
    (_, error) => this.logger.error({ err: error }, 'ended instances could not be reaped'),
  );

  constructor(
    private readonly instances: InstanceRepository,
    private readonly runs: RunKeeper,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => this.#queue.wake('all'), TURN_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  async #reap(): Promise<void> {
    const over = await this.instances.over(this.clock.now() - KEEP_MS);
    await this.runs.record(over);
    await this.instances.reap(over.map(({ id }) => id));
  }
}
