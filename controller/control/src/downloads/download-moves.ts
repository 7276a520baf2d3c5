import { Injectable } from '@nestjs/common';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { ModelRepository } from '../models/index.js';
import { Operations } from '../operations/index.js';
import { Store, type Tx } from '../store/index.js';
import { deedsOf, moves, type Deed } from './download.machine.js';
import { DownloadRepository } from './download.repository.js';
import type { Published } from './download-run.js';
import type { DownloadRow } from './downloads.store.js';
import { gib } from './gib.js';
import { outcomeOf } from './run-outcome.js';

const SPACE_RETRY_MS = 5_000;

/**
 * Every move of a download with what follows from it: its operation and its model change in the same transaction. All
 * return false when somebody else moved the row first; then nothing changed.
 */
@Injectable()
export class DownloadMoves {
  constructor(
    private readonly store: Store,
    private readonly downloads: DownloadRepository,
    private readonly models: ModelRepository,
    private readonly operations: Operations,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
  ) {}

  async start(row: DownloadRow): Promise<boolean> {
    return this.store.transaction(async (tx) => {
      if (!(await this.downloads.advance(tx, row.id, 'start', { startedAt: row.startedAt ?? this.clock.now(), hubFailures: row.hubFailures }))) return false;
      await this.operations.turn(tx, row.operationId, { state: 'running', phase: 'fetching', can: deedsOf('active') });
      return this.#told(tx, row);
    });
  }

  async goOn(row: DownloadRow): Promise<boolean> {
    return this.store.transaction((tx) => this.#queueAgain(tx, row, 'go-on'));
  }

  async pause(tx: Tx, row: DownloadRow): Promise<boolean> {
    if (!(await this.downloads.advance(tx, row.id, 'pause'))) return false;
    await this.operations.turn(tx, row.operationId, { state: 'paused', phase: 'paused', can: deedsOf('paused') });
    return this.#told(tx, row);
  }

  resume(tx: Tx, row: DownloadRow): Promise<boolean> {
    return this.#queueAgain(tx, row, 'resume');
  }

  /** @returns false also when the model is no failed one any more */
  async retry(tx: Tx, row: DownloadRow): Promise<boolean> {
    if (!(await this.downloads.advance(tx, row.id, 'retry', { hubFailures: 0 }))) return false;
    if (!(await this.models.downloadAgain(tx, row.modelId, row.operationId))) throw new ModelGoneError();
    await this.operations.again(tx, row.operationId, { state: 'queued', can: deedsOf('queued') });
    await this.operations.turn(tx, row.operationId, { phase: 'queued' });
    return this.#told(tx, row);
  }

  /** The loop clears the bytes after this. */
  async cancel(tx: Tx, row: DownloadRow): Promise<boolean> {
    if (!(await this.downloads.advance(tx, row.id, 'cancel'))) return false;
    // A failed operation is over already: it is taken up to be ended in another way.
    await this.operations.again(tx, row.operationId, { state: 'queued', can: [] });
    await this.operations.cancel(tx, row.operationId);
    return this.#told(tx, row);
  }

  /** The bytes are gone: the model goes too. */
  async cleared(row: DownloadRow): Promise<void> {
    await this.store.transaction(async (tx) => {
      await this.models.backToAbsent(tx, row.modelId);
      await this.downloads.recordCleared(tx, row.id);
      this.#told(tx, row);
    });
  }

  async waitForSpace(row: DownloadRow, neededBytes: number): Promise<boolean> {
    return this.#wait(row, { waitingFor: 'space', message: `${gib(neededBytes)} must be free on the disk of the model store: it goes on by itself when they are`, retryAfterMs: SPACE_RETRY_MS, hubFailures: row.hubFailures });
  }

  async finish(row: DownloadRow, { files, facts }: Published): Promise<void> {
    await this.store.transaction(async (tx) => {
      if (!(await this.downloads.advance(tx, row.id, 'finish'))) return;
      if (!(await this.models.markReady(tx, row.modelId, files, facts))) throw new ModelGoneError();
      await this.operations.succeed(tx, row.operationId);
      this.#told(tx, row);
    });
    await this.operations.log(row.operationId, `published; ${facts.architecture ?? 'unknown architecture'}, ${facts.parameterCount ?? '?'} parameters`);
  }

  /** @param brought whether a byte came in the run */
  async runEnded(row: DownloadRow, error: unknown, brought: boolean): Promise<void> {
    const failures = brought ? 0 : row.hubFailures;
    const outcome = outcomeOf(error, failures);
    await this.operations.log(row.operationId, outcome.message, true);
    if (outcome.kind === 'wait') {
      await this.#wait(row, { ...outcome, hubFailures: outcome.waitingFor === 'hub' ? failures + 1 : failures });
      return;
    }
    await this.store.transaction(async (tx) => {
      if (!(await this.downloads.advance(tx, row.id, 'fail', { message: outcome.message.slice(0, 1000) }))) return;
      await this.models.markFailed(tx, row.modelId, outcome.message);
      await this.operations.fail(tx, row.operationId, outcome.message, { code: outcome.code, can: deedsOf('failed') });
      this.#told(tx, row);
    });
  }

  async #wait(row: DownloadRow, { waitingFor, message, retryAfterMs, hubFailures }: { waitingFor: 'space' | 'hub'; message: string; retryAfterMs: number; hubFailures: number }): Promise<boolean> {
    return this.store.transaction(async (tx) => {
      const change = { waitingFor, message: message.slice(0, 1000), retryAt: this.clock.now() + retryAfterMs, hubFailures };
      if (!(await this.downloads.advance(tx, row.id, 'wait', change))) return false;
      await this.operations.turn(tx, row.operationId, { state: 'waiting', phase: waitingFor === 'space' ? 'waiting for space' : 'waiting for the hub', can: deedsOf('waiting') });
      return this.#told(tx, row);
    });
  }

  async #queueAgain(tx: Tx, row: DownloadRow, deed: Extract<Deed, 'resume' | 'go-on'>): Promise<boolean> {
    if (!(await this.downloads.advance(tx, row.id, deed))) return false;
    await this.operations.turn(tx, row.operationId, { state: 'queued', phase: 'queued', can: deedsOf(moves[deed].to) });
    return this.#told(tx, row);
  }

  #told(tx: Tx, { operationId, modelId }: DownloadRow): true {
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'operations', id: operationId, kind: 'changed' });
      this.feed.publish({ topic: 'models', id: modelId, kind: 'changed' });
    });
    return true;
  }
}

/** The model of a download is not there any more. */
export class ModelGoneError extends Error {
  constructor() {
    super('the model of this download was deleted');
  }
}
