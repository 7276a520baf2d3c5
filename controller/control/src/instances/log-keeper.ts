import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { join } from 'node:path';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { CONTROL_CONFIG, Clock, LOGGER, type ControlConfig } from '../config/index.js';
import { InstanceLink, type InstanceLogLine } from './instance-link.js';
import { InstanceRuns } from './instance-runs.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceRepository } from './instance.repository.js';
import { LOG_BOUNDS, keptLog } from './kept-log.js';
import { LogFiles } from './log-files.js';
import { RunKeeper } from './run-keeper.js';

const LINES = LOG_BOUNDS.headLines + LOG_BOUNDS.tailLines;
const READ_MS = 15_000;
const TURN_MS = 60_000;
/** The log of an instance that runs is fetched again after so long: what is lost with its node is at most this. */
export const LOG_EVERY_MS = 600_000;
const SIDE_BY_SIDE = 4;
/**
 * Keeps engine logs on the controller: fetched when an instance is ready, when its failure is judged, and every ten minutes between; the
 * last part comes from the agent before it removes an engine. Bounded for each log, and in all.
 */
@Injectable()
export class LogKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #files: LogFiles;
  readonly #closing = new AbortController();
  readonly #arrived = new Map<string, InstanceLogLine[]>();
  readonly #writing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  readonly #fetches = new KeyedQueue<string>((id) => this.#fetch(id), (id, error) => this.logger.debug({ instanceId: id, reason: (error as Error).message }, 'an engine log could not be fetched'), SIDE_BY_SIDE);
  readonly #writes = new KeyedQueue<string>((id) => this.#write(id), (id, error) => this.logger.error({ err: error, instanceId: id }, 'an engine log could not be kept'), SIDE_BY_SIDE);
  readonly #rounds = new KeyedQueue<'due' | 'prune'>((round) => (round === 'due' ? this.#due() : this.prune()), (round, error) => this.logger.error({ err: error, round }, 'kept engine logs could not be looked after'));

  constructor(
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    private readonly instances: InstanceRepository,
    private readonly runs: InstanceRuns,
    private readonly keeper: RunKeeper,
    private readonly link: InstanceLink,
    private readonly signals: InstanceSignals,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#files = new LogFiles(join(config.dataDir, 'engine-logs'));
  }

  onApplicationBootstrap(): void {
    this.signals.onMoved((tx, { id }, { readyAt }) => {
      if (readyAt !== undefined && readyAt !== null) tx.afterCommit(() => this.#fetches.wake(id));
      return Promise.resolve();
    });
    this.#timer = setInterval(() => {
      this.#rounds.wake('due');
      this.#rounds.wake('prune');
    }, TURN_MS);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await Promise.all([this.#rounds.close(), this.#fetches.close()]);
    await this.#writes.close();
  }

  /** Undefined when nothing of it is kept. */
  async read(instanceId: string, tail: number): Promise<InstanceLogLine[] | undefined> {
    if (!(await this.runs.get(instanceId))?.logBytes) return undefined;
    return (await this.#files.read(instanceId))?.slice(-tail);
  }

  /** Reads the log from the node now, and keeps it. @throws ApiError when the node does not give it */
  async fetch(nodeId: string, instanceId: string): Promise<InstanceLogLine[]> {
    const lines = await this.link.talk.readLog(nodeId, instanceId, LINES, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(READ_MS)]));
    this.#add(instanceId, lines);
    this.#writes.wake(instanceId);
    return lines;
  }

  /** Lines that an agent sends of an engine it is about to remove. Another node's are not taken. */
  async lastWords(nodeId: string, instanceId: string, lines: readonly InstanceLogLine[], end: boolean): Promise<void> {
    if (lines.length > 0 && (await this.instances.get(instanceId))?.nodeId === nodeId) this.#add(instanceId, lines);
    if (end && this.#arrived.has(instanceId)) this.#writes.wake(instanceId);
  }

  /** Deletes logs of runs that nobody knows any more, and the oldest beyond the limit of all together. */
  async prune(): Promise<void> {
    for (const instanceId of await this.runs.overTotal(this.config.engineLogs.keepBytes)) {
      await this.#files.remove(instanceId);
      await this.runs.setLog(instanceId, 0);
    }
    const files = await this.#files.list();
    const known = await this.runs.withLog();
    for (const instanceId of files) if (!known.has(instanceId) && !this.#writing.has(instanceId)) await this.#files.remove(instanceId);
  }

  async #due(): Promise<void> {
    const due = await this.runs.dueForLog(this.clock.now() - LOG_EVERY_MS);
    // Spread over the ten minutes, so that thousands of instances are no wave.
    for (const instanceId of due.slice(0, Math.max(20, Math.ceil(due.length / 10)))) this.#fetches.wake(instanceId);
  }

  async #fetch(id: string): Promise<void> {
    const row = await this.instances.get(id);
    if (row && row.nodeId !== null && row.releasedAt === null) await this.fetch(row.nodeId, id);
  }

  #add(id: string, lines: readonly InstanceLogLine[]): void {
    this.#arrived.set(id, keptLog(this.#arrived.get(id) ?? [], lines));
  }

  async #write(id: string): Promise<void> {
    const arrived = this.#arrived.get(id);
    if (!arrived) return;
    this.#arrived.delete(id);
    if (!(await this.#isKnown(id))) return;
    this.#writing.add(id);
    try {
      const kept = (await this.#kept(id)) ?? [];
      await this.runs.setLog(id, await this.#files.write(id, keptLog(kept, arrived)));
    } finally {
      this.#writing.delete(id);
    }
  }

  async #isKnown(id: string): Promise<boolean> {
    if (await this.runs.get(id)) return true;
    const row = await this.instances.get(id);
    if (row) await this.keeper.record([row]);
    return row !== undefined;
  }

  /** A file that cannot be read is no reason to lose what came now. */
  async #kept(id: string): Promise<InstanceLogLine[] | undefined> {
    try {
      return await this.#files.read(id);
    } catch (error) {
      this.logger.warn({ err: error, instanceId: id }, 'a kept engine log is broken and begins anew');
      return undefined;
    }
  }
}
