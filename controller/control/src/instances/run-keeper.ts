import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { NodeRepository } from '../nodes/index.js';
import { InstanceRuns } from './instance-runs.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceRepository } from './instance.repository.js';
import type { InstanceRow } from './instances.store.js';

const GATHER_MS = 250;
const RETRY_MS = 2_000;
const PRUNE_MS = 600_000;

/** Keeps the list of runs in step with the instances: wakes with every change, and looks at all of them once at the start. */
@Injectable()
export class RunKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<string>(
    async (serviceId) => this.record(await this.instances.ofService(serviceId)),
    (serviceId, error) => {
      this.logger.error({ err: error, serviceId }, 'runs of a service could not be written down');
      this.#queue.wakeLater(serviceId, RETRY_MS);
    },
  );
  readonly #chores = new KeyedQueue<'all' | 'prune'>(
    async (chore) => (chore === 'all' ? this.record(await this.instances.list()) : this.runs.prune()),
    (chore, error) => this.logger.error({ err: error, chore }, 'the list of runs could not be kept'),
  );

  constructor(
    private readonly runs: InstanceRuns,
    private readonly instances: InstanceRepository,
    private readonly nodes: NodeRepository,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.signals.onService((serviceId) => this.#queue.wakeLater(serviceId, GATHER_MS));
    this.#timer = setInterval(() => this.#chores.wake('prune'), PRUNE_MS);
    this.#chores.wake('all');
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#queue.close(), this.#chores.close()]);
  }

  /** Also before rows of ended instances are deleted. */
  async record(rows: readonly InstanceRow[]): Promise<void> {
    const names = new Map((await this.nodes.list()).map(({ id, name }) => [id, name]));
    await this.runs.record(rows, (nodeId) => names.get(nodeId));
  }
}
