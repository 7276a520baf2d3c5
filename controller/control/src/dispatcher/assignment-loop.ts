import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { InstanceRepository, InstanceSignals, type InstanceRow } from '../instances/index.js';
import { NodeRepository } from '../nodes/index.js';
import { SessionRegistry } from './session-registry.js';

const RESYNC_MS = 10_000;
const RETRY_MS = 1_000;

/** Tells connected nodes what they should run, by comparing rows with what their session was told. */
@Injectable()
export class AssignmentLoop implements OnApplicationBootstrap, OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  readonly #queue = new KeyedQueue<string>(
    (nodeId) => this.#tell(nodeId),
    (nodeId, error) => {
      this.logger.error({ err: error, nodeId }, 'assignments could not be told');
      this.#queue.wakeLater(nodeId, RETRY_MS);
    },
  );

  readonly #round = new KeyedQueue<'all'>(() => this.#wakeAll(), (_, error) => this.logger.error({ err: error }, 'nodes could not be listed'));

  constructor(
    private readonly sessions: SessionRegistry,
    private readonly instances: InstanceRepository,
    private readonly nodes: NodeRepository,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.signals.onAssignments((nodeId) => this.wake(nodeId));
    this.#timer = setInterval(() => this.#round.wake('all'), RESYNC_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round.close();
    await this.#queue.close();
  }

  wake(nodeId: string): void {
    this.#queue.wake(nodeId);
  }

  /** One read for all: a thousand nodes that have nothing to be told cost a thousand comparisons, no queries. */
  async #wakeAll(): Promise<void> {
    const byNode = new Map<string | null, Pick<InstanceRow, 'id' | 'generation'>[]>();
    for (const row of await this.instances.unreleased()) byNode.set(row.nodeId, [...(byNode.get(row.nodeId) ?? []), row]);
    for (const { id } of await this.nodes.states()) if (this.sessions.get(id)?.isBehind(byNode.get(id) ?? [])) this.wake(id);
  }

  async #tell(nodeId: string): Promise<void> {
    if (!this.sessions.get(nodeId)) return;
    const rows = await this.instances.assignedTo(nodeId);
    // The session is asked for again: another one may have opened while the rows were read.
    this.sessions.get(nodeId)?.tell(rows);
  }
}
