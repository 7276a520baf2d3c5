import { Controller, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ChangeFeed, Views, type Topic } from '../events/index.js';
import { Endpoint } from '../http/index.js';
import { UsageReader } from '../usage/index.js';
import { overviewOf, type OverviewView } from './overview.js';
import { routes } from './overview.schema.js';
import { OverviewSource } from './overview-source.js';

const COUNTED: ReadonlySet<Topic> = new Set<Topic>(['nodes', 'services', 'models', 'operations']);
/** Long enough that a number per minute is steady, short enough to show what happens now. */
const TRAFFIC_MINUTES = 5;

@Controller()
export class OverviewController implements OnApplicationBootstrap, OnApplicationShutdown {
  #unsubscribe: () => void = () => undefined;

  constructor(
    private readonly source: OverviewSource,
    private readonly usage: UsageReader,
    private readonly feed: ChangeFeed,
    views: Views,
  ) {
    views.register('overview', () => this.overview());
  }

  onApplicationBootstrap(): void {
    this.#unsubscribe = this.feed.subscribe(({ topic }) => {
      if (COUNTED.has(topic)) this.feed.publish({ topic: 'overview', id: 'overview', kind: 'changed' });
    });
  }

  onApplicationShutdown(): void {
    this.#unsubscribe();
  }

  @Endpoint(routes.overview)
  async overview(): Promise<OverviewView> {
    const [lists, usage] = await Promise.all([this.source.lists(), this.usage.summary(TRAFFIC_MINUTES, {})]);
    return overviewOf({ ...lists, usage });
  }
}
