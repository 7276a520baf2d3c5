import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { KeyedQueue, type Logger } from '@openstation/kit';
import { CONTROL_CONFIG, Clock, LOGGER, type ControlConfig } from '../config/index.js';
import { Hubs } from '../hubs/index.js';
import { ModelRepository } from '../models/index.js';
import { Operations } from '../operations/index.js';
import { Store } from '../store/index.js';
import { DownloadMoves } from './download-moves.js';
import { DownloadRepository } from './download.repository.js';
import { DownloadRun } from './download-run.js';
import type { DownloadRow } from './downloads.store.js';
import { ByteBudget } from './fetch/byte-budget.js';
import { HubSettings } from './hub-settings.js';
import { ModelDisk } from './model-disk.js';
import { planQueue, type QueueAction, type QueueRow } from './queue.reconciler.js';
import { RunReporter } from './run-reporter.js';

const FULL_PASS_MS = 30_000;
/** While one waits for space. */
const SPACE_PASS_MS = 5_000;

/**
 * Keeps the queue going: a pass reads all unfinished rows, decides with `planQueue`, and acts. Passes run one at a time;
 * they come after every change of a row, after every end of a run, when a wait is over, and every 30 s, or 5 s while one
 * waits for space.
 */
@Injectable()
export class DownloadLoop implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #runs = new Map<string, DownloadRun>();
  readonly #budget = new ByteBudget(() => this.settings.downloadBytesPerSecond);
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  readonly #queue = new KeyedQueue<'all'>(
    () => this.#pass(),
    (_, error) => {
      this.logger.error({ err: error }, 'the download queue could not be brought up to date; it is tried again');
      this.#later(1_000);
    },
  );

  constructor(
    private readonly store: Store,
    private readonly downloads: DownloadRepository,
    private readonly moves: DownloadMoves,
    private readonly models: ModelRepository,
    private readonly operations: Operations,
    private readonly settings: HubSettings,
    private readonly disk: ModelDisk,
    private readonly hubs: Hubs,
    private readonly reporter: RunReporter,
    private readonly clock: Clock,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.wake();
  }

  /** Stops all runs where they are; their rows stay active, and the next start goes on. */
  async onModuleDestroy(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#queue.close();
    for (const run of this.#runs.values()) run.stop();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  wake(): void {
    this.#queue.wake('all');
  }

  runOf(id: string): DownloadRun | undefined {
    return this.#runs.get(id);
  }

  async #pass(): Promise<void> {
    clearTimeout(this.#timer);
    const rows = await this.#withoutOrphans(await this.downloads.unfinished());
    const now = this.clock.now();
    const view = await Promise.all(rows.map((row) => this.#queueRow(row)));
    const actions = planQueue({
      rows: view, running: new Set(this.#runs.keys()), slots: this.settings.activeDownloads, freeBytes: await this.disk.freeBytes(), reserveBytes: this.config.downloads.reserveBytes, now,
    });
    for (const action of actions) {
      const row = rows.find(({ id }) => id === action.id);
      if (row) await this.#act(action, row);
    }
    const dueIn = rows.filter(({ state, retryAt }) => state === 'waiting' && retryAt !== null && retryAt > now).map(({ retryAt }) => (retryAt ?? now) - now);
    const isForSpace = rows.some(({ state, waitingFor }) => state === 'waiting' && waitingFor === 'space');
    this.#later(Math.min(isForSpace ? SPACE_PASS_MS : FULL_PASS_MS, ...dueIn));
  }

  async #act(action: QueueAction, row: DownloadRow): Promise<void> {
    switch (action.kind) {
      case 'start':
        if (await this.moves.start(row)) this.#run(row);
        break;
      case 'run':
        this.#run(row);
        break;
      case 'stop':
        this.#runs.get(row.id)?.stop();
        break;
      case 'give-way':
        if (await this.moves.waitForSpace(row, action.neededBytes)) this.#runs.get(row.id)?.stop();
        break;
      case 'wait-for-space':
        await this.moves.waitForSpace(row, action.neededBytes);
        break;
      case 'go-on':
        if (await this.moves.goOn(row)) this.wake();
        break;
      case 'clear':
        await this.disk.clear(row.modelId);
        await this.moves.cleared(row);
        break;
    }
  }

  #run(row: DownloadRow): void {
    if (this.#closing) return;
    const run = new DownloadRun({
      row, hub: this.hubs.of(row.hub), target: this.models.directoryOf(row.modelId), connections: this.config.downloads.connections, budget: this.#budget,
      stallMs: this.config.downloads.stallSeconds * 1000, log: this.reporter.logOf(row.operationId),
    });
    this.#runs.set(row.id, run);
    this.reporter.watch(run);
    run.ended = this.#finish(run, row);
  }

  /** Never throws: what cannot be written down now is found again by the next pass, because the row is still active. */
  async #finish(run: DownloadRun, row: DownloadRow): Promise<void> {
    try {
      const end = await run.go().then((published) => ({ published }), (error: unknown) => ({ error }));
      await this.reporter.unwatch(run);
      if (run.stopped) await this.operations.log(row.operationId, 'stopped');
      else if ('published' in end) await this.moves.finish(row, end.published);
      else await this.moves.runEnded(row, end.error, run.fetch.state.bytesFetched > 0);
    } catch (error) {
      this.logger.error({ err: error, downloadId: row.id }, 'the end of a download could not be recorded; it is tried again');
    } finally {
      this.#runs.delete(row.id);
      if (!this.#closing) this.wake();
    }
  }

  /** A download whose model somebody deleted has nothing to be for. */
  async #withoutOrphans(rows: readonly DownloadRow[]): Promise<DownloadRow[]> {
    const known = new Set((await this.models.list()).map(({ id }) => id));
    const kept: DownloadRow[] = [];
    for (const row of rows) {
      if (known.has(row.modelId) || row.state === 'cancelled' || !(await this.store.transaction((tx) => this.moves.cancel(tx, row)))) kept.push(row);
      else this.wake();
    }
    return kept;
  }

  async #queueRow(row: DownloadRow): Promise<QueueRow> {
    const run = this.#runs.get(row.id);
    const done = run ? run.fetch.state.bytesDone : (await this.disk.filesOf(row)).reduce((sum, { bytesDone }) => sum + bytesDone, 0);
    const { id, state, rank, waitingFor, retryAt, cleared, bytes } = row;
    return { id, state, rank, waitingFor, retryAt, cleared, remainingBytes: Math.max(0, bytes - done) };
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closing) return;
    this.#timer = setTimeout(() => this.wake(), ms);
  }
}
