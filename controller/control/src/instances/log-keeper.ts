import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { join } from 'node:path';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { CONTROL_CONFIG, Clock, LOGGER, type ControlConfig } from '../config/index.js';
import { InstanceLink, type InstanceLogLine } from './instance-link.js';
import { InstanceRuns } from './instance-runs.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceRepository } from './instance.repository.js';
import { LOG_BOUNDS, keptLog } from './kept-log.js';
import { seatsOf } from './group-member.js';
import { LogFiles } from './log-files.js';
import type { LogOf } from './log-name.js';
import { RunKeeper } from './run-keeper.js';

const LINES = LOG_BOUNDS.headLines + LOG_BOUNDS.tailLines;
const READ_MS = 15_000;
const TURN_MS = 60_000;
/** The log of an instance that runs is fetched again after so long: what is lost with its node is at most this. */
export const LOG_EVERY_MS = 600_000;
const SIDE_BY_SIDE = 4;
const WRITE_AGAIN_MS = 2_000;

/**
 * Keeps engine logs on the controller, of a group every member's: fetched when an instance is ready, when its failure is judged, and every ten minutes between; the
 * last part comes from the agent before it removes an engine. Bounded for each log, and in all.
 */
@Injectable()
export class LogKeeper implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #files: LogFiles;
  readonly #closing = new AbortController();
  /** By instance and rank: not written yet. */
  readonly #arrived = new Map<string, Map<number, InstanceLogLine[]>>();
  readonly #writing = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  readonly #fetches = new KeyedQueue<string>((id) => this.#fetch(id), (id, error) => this.logger.debug({ instanceId: id, reason: (error as Error).message }, 'an engine log could not be fetched'), SIDE_BY_SIDE);
  readonly #writes: KeyedQueue<string> = new KeyedQueue<string>(
    (id) => this.#write(id),
    (id, error) => {
      this.logger.warn({ err: error, instanceId: id }, 'an engine log could not be written and is tried again');
      this.#writes.wakeLater(id, WRITE_AGAIN_MS);
    },
    SIDE_BY_SIDE,
  );
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
  async read(of: LogOf, tail: number): Promise<InstanceLogLine[] | undefined> {
    if (!(await this.runs.get(of.instanceId))?.logBytes) return undefined;
    return (await this.#files.read(of))?.slice(-tail);
  }

  /** Reads an engine's log from its node now, and keeps it. @throws ApiError when the node does not give it */
  async fetch(nodeId: string, of: LogOf): Promise<InstanceLogLine[]> {
    const lines = await this.link.talk.readLog(nodeId, of.instanceId, LINES, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(READ_MS)]));
    this.#add(of, lines);
    this.#writes.wake(of.instanceId);
    return lines;
  }

  /** Lines that an agent sends of an engine it is about to remove. Those of a node that has no part in the instance are not taken. */
  async lastWords(nodeId: string, instanceId: string, lines: readonly InstanceLogLine[], end: boolean): Promise<void> {
    const row = lines.length > 0 ? await this.instances.get(instanceId) : undefined;
    const rank = row && seatsOf(row).findIndex((seat) => seat.nodeId === nodeId);
    if (rank !== undefined && rank >= 0) this.#add({ instanceId, rank }, lines);
    if (end && this.#arrived.has(instanceId)) this.#writes.wake(instanceId);
  }

  /** Deletes logs of runs that nobody knows any more, and the oldest beyond the limit of all together. */
  async prune(): Promise<void> {
    const over = new Set(await this.runs.overTotal(this.config.engineLogs.keepBytes));
    const files = await this.#files.list();
    for (const of of files) if (over.has(of.instanceId)) await this.#files.remove(of);
    for (const instanceId of over) await this.runs.dropLogs(instanceId);
    const known = await this.runs.withLog();
    for (const of of files) if (!known.has(of.instanceId) && !this.#writing.has(of.instanceId)) await this.#files.remove(of);
  }

  async #due(): Promise<void> {
    const due = await this.runs.dueForLog(this.clock.now() - LOG_EVERY_MS);
    // Spread over the ten minutes, so that thousands of instances are no wave.
    for (const instanceId of due.slice(0, Math.max(20, Math.ceil(due.length / 10)))) this.#fetches.wake(instanceId);
  }

  /** Of every member; one that does not give its log takes the others' away from nobody. */
  async #fetch(id: string): Promise<void> {
    const row = await this.instances.get(id);
    if (!row || row.releasedAt !== null) return;
    const fetched = await Promise.allSettled(seatsOf(row).map(({ nodeId }, rank) => this.fetch(nodeId, { instanceId: id, rank })));
    const failed = fetched.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #add({ instanceId, rank }: LogOf, lines: readonly InstanceLogLine[]): void {
    const arrived = this.#arrived.get(instanceId) ?? new Map<number, InstanceLogLine[]>();
    this.#arrived.set(instanceId, arrived.set(rank, keptLog(arrived.get(rank) ?? [], lines)));
  }

  async #write(id: string): Promise<void> {
    const arrived = this.#arrived.get(id);
    if (!arrived) return;
    this.#arrived.delete(id);
    this.#writing.add(id);
    try {
      if (await this.#isKnown(id)) await this.#writeAll(id, arrived);
    } catch (error) {
      this.#putBack(id, arrived);
      throw error;
    } finally {
      this.#writing.delete(id);
    }
  }

  async #writeAll(id: string, arrived: ReadonlyMap<number, readonly InstanceLogLine[]>): Promise<void> {
    const bytes = new Map<number, number>();
    for (const [rank, lines] of arrived) {
      const of = { instanceId: id, rank };
      bytes.set(rank, await this.#files.write(of, keptLog((await this.#kept(of)) ?? [], lines)));
    }
    await this.runs.setLogs(id, bytes);
  }

  /** Before what came meanwhile. */
  #putBack(id: string, arrived: ReadonlyMap<number, InstanceLogLine[]>): void {
    const newer = this.#arrived.get(id);
    this.#arrived.set(id, new Map(arrived));
    for (const [rank, lines] of newer ?? []) this.#add({ instanceId: id, rank }, lines);
  }

  /** Whose members are not written down yet is written down first: their logs would count for nothing. */
  async #isKnown(id: string): Promise<boolean> {
    const [run, row] = await Promise.all([this.runs.get(id), this.instances.get(id)]);
    if (row && (!run || (row.members !== null && run.members === null))) await this.keeper.record([row]);
    return run !== undefined || row !== undefined;
  }

  /** A file that cannot be read is no reason to lose what came now. */
  async #kept(of: LogOf): Promise<InstanceLogLine[] | undefined> {
    try {
      return await this.#files.read(of);
    } catch (error) {
      this.logger.warn({ err: error, ...of }, 'a kept engine log is broken and begins anew');
      return undefined;
    }
  }
}
