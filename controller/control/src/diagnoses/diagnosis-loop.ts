import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { LOGGER } from '../config/index.js';
import { diagnose } from '../doctor/index.js';
import { InstanceRepository, InstanceSignals, LogKeeper, type InstanceLogLine, type InstanceRow } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { failedCase } from './failed-case.js';

/** The end of a log is where the cause stands; the doctor looks at no more. */
const LINES = 2_000;

/**
 * Looks for the cause as soon as an instance fails. Its node has the log until the tombstone, which comes ten seconds later at the
 * earliest; without the log what the node said of the end is judged alone.
 */
@Injectable()
export class DiagnosisLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #queue = new KeyedQueue<string>(
    (id) => this.#judge(id),
    (id, error) => this.logger.error({ err: error, instanceId: id }, 'the failure could not be judged'),
  );

  constructor(
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly logs: LogKeeper,
    private readonly signals: InstanceSignals,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.signals.onMoved((tx, { id }, { state }) => {
      if (state === 'failed') tx.afterCommit(() => this.#queue.wake(id));
      return Promise.resolve();
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.#queue.close();
  }

  async #judge(id: string): Promise<void> {
    const row = await this.instances.get(id);
    if (row?.state !== 'failed' || row.diagnosis !== null || row.nodeId === null) return;
    const [lines, model] = await Promise.all([this.#log(row.nodeId, row), this.models.get(row.modelId)]);
    const found = diagnose(failedCase(row, lines, model));
    if (found) await this.instances.setDiagnosis(id, found);
  }

  /** Of a group that of the member whose end was the end of all. */
  async #log(nodeId: string, { id, members }: InstanceRow): Promise<readonly InstanceLogLine[]> {
    try {
      const failed = members?.find(({ state }) => state === 'failed');
      return (await this.logs.fetch(failed?.nodeId ?? nodeId, { instanceId: id, rank: failed?.rank ?? 0 })).slice(-LINES);
    } catch (error) {
      this.logger.info({ instanceId: id, reason: (error as Error).message }, 'the log of a failed instance could not be read');
      return [];
    }
  }
}
