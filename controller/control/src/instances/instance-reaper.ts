import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { InstanceRepository } from './instance.repository.js';

const TURN_MS = 60_000;
/** How long an ended instance is kept after its node let go of it. */
const KEEP_MS = 600_000;

/** Deletes rows of instances that are over. */
@Injectable()
export class InstanceReaper implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.instances.reap(this.clock.now() - KEEP_MS),
    (_, error) => this.logger.error({ err: error }, 'ended instances could not be reaped'),
  );

  constructor(
    private readonly instances: InstanceRepository,
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
}
