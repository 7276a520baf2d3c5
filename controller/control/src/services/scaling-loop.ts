import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { Clock, LOGGER } from '../config/index.js';
import { InstanceRepository } from '../instances/index.js';
import { Store } from '../store/index.js';
import { Traffic } from '../traffic/index.js';
import { scale } from './scaling.machine.js';
import { ServiceEvents } from './service-events.js';
import { ServiceRepository } from './service.repository.js';
import type { ServiceRow } from './services.store.js';

const TURN_MS = 2_000;

/** Writes how many instances scaled services are to have; the service loop brings them about. */
@Injectable()
export class ScalingLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  /** Since when fewer would do, by service. After a restart the quiet is counted anew. */
  readonly #quietSince = new Map<string, number>();
  readonly #queue = new KeyedQueue<'all'>(() => this.#turn(), (_, error) => this.logger.error({ err: error }, 'services could not be scaled'));

  constructor(
    private readonly store: Store,
    private readonly services: ServiceRepository,
    private readonly instances: InstanceRepository,
    private readonly events: ServiceEvents,
    private readonly traffic: Traffic,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.traffic.onWaiting(() => this.#queue.wake('all'));
    this.#timer = setInterval(() => this.#queue.wake('all'), TURN_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  async #turn(): Promise<void> {
    for (const service of await this.services.list()) {
      if (service.deletingAt !== null || service.stoppedAt !== null) continue;
      if (service.scaling !== null) await this.#scale(service, service.scaling);
      else if (service.scaledTo !== null) await this.#write(service, null, '');
    }
  }

  async #scale(service: ServiceRow, scaling: NonNullable<ServiceRow['scaling']>): Promise<void> {
    const ready = (await this.instances.ofService(service.id)).filter((row) => row.ready && row.retiredAt === null && row.desired === 'run').length;
    const current = service.scaledTo ?? service.slots.length;
    const decision = scale(scaling, { now: this.clock.now(), current, ready, traffic: this.traffic.ofService(service.id), lastCallAt: this.traffic.lastCallAt(service.id), quietSince: this.#quietSince.get(service.id) });
    if (decision.quietSince === undefined) this.#quietSince.delete(service.id);
    else this.#quietSince.set(service.id, decision.quietSince);
    if (decision.instances !== service.scaledTo) await this.#write(service, decision.instances, decision.reason);
  }

  async #write(service: ServiceRow, instances: number | null, reason: string): Promise<void> {
    const before = service.scaledTo ?? service.slots.length;
    await this.store.transaction(async (tx) => {
      await this.services.setScaledTo(tx, service.id, instances, reason);
      if (instances !== null && instances !== before) await this.events.record(tx, service.id, { code: 'scaled', message: `${instances} instance(s) instead of ${before}: ${reason}`, details: { instances } });
    });
  }
}
