import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { RateLimit, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { AgentLine } from './agent-line.js';

/** Bytes a second, as an administrator set it; null: no limit. */
export type DistributionRate = () => Promise<number | null>;

/**
 * The limit of transfers to nodes: everything the controller sends together, and what each node takes in from all sides.
 * The room with the setting plugs it in; a change of settings is taken over at once.
 */
@Injectable()
export class TransferLimits implements OnApplicationBootstrap, OnModuleDestroy {
  /** Of all bytes that the controller sends to nodes. */
  readonly sending = new RateLimit(undefined);
  #rate: DistributionRate = () => Promise.resolve(null);
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly line: AgentLine,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  provide(rate: DistributionRate): void {
    this.#rate = rate;
  }

  async onApplicationBootstrap(): Promise<void> {
    this.#unsubscribe = this.feed.subscribe(({ topic }) => {
      if (topic === 'settings') void this.refresh().catch((error: unknown) => this.logger.error({ err: error }, 'the limit of transfers to nodes could not be read'));
    });
    await this.refresh();
  }

  onModuleDestroy(): void {
    this.#unsubscribe();
  }

  /** Reads the setting and tells every node when it changed. */
  async refresh(): Promise<void> {
    const rate = (await this.#rate()) ?? undefined;
    if (rate === this.sending.rate) return;
    this.sending.change(rate);
    for (const nodeId of this.line.talk.connected()) this.tell(nodeId);
  }

  tell(nodeId: string): void {
    this.line.talk.send(nodeId, { body: { $case: 'transferLimits', value: { bytesPerSecond: this.sending.rate ?? 0 } } });
  }
}
