import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { compareVersions, isReleaseVersion } from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { NodeRepository, NodeUpgrades, type NodeRow } from '../nodes/index.js';
import { AgentArchives } from './agent-archives.js';

const LOOK_MS = 15_000;

type Upgradable = Pick<NodeRow, 'id' | 'agentVersion' | 'inventory'>;

/** Says of every node which newer agent it could have. Looks at the archives now and then: they come and go while this runs. */
@Injectable()
export class NewerAgents implements OnApplicationBootstrap, OnModuleDestroy {
  #current: ReadonlyMap<string, string> = new Map();
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#look(),
    (_, error) => this.logger.error({ err: error }, 'agent archives could not be looked at'),
  );

  constructor(
    private readonly archives: AgentArchives,
    private readonly upgrades: NodeUpgrades,
    private readonly nodes: NodeRepository,
    private readonly feed: ChangeFeed,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.upgrades.provide((node) => newerFor(node, this.#current));
    this.#timer = setInterval(() => this.wake(), LOOK_MS);
    this.wake();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#queue.close();
  }

  /** Something about releases has changed. */
  wake(): void {
    this.#queue.wake('all');
  }

  async #look(): Promise<void> {
    const before = this.#current;
    this.#current = new Map((await this.archives.newest()).map(({ arch, version }) => [arch, version]));
    if ([...this.#current].toString() === [...before].toString()) return;
    for (const node of await this.nodes.list()) {
      if (newerFor(node, before) !== newerFor(node, this.#current)) this.feed.publish({ topic: 'nodes', id: node.id, kind: 'changed' });
    }
  }
}

/** An agent of a checkout tells a version that is no release: it is upgraded with its checkout. */
export function newerFor({ agentVersion, inventory }: Upgradable, current: ReadonlyMap<string, string>): string | null {
  const version = current.get(inventory?.arch ?? '');
  if (version === undefined || agentVersion === null || !isReleaseVersion(agentVersion)) return null;
  return compareVersions(version, agentVersion) > 0 ? version : null;
}
