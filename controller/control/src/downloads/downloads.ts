import { Injectable } from '@nestjs/common';
import { waitFor } from '@openstation/kit';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { ModelRepository } from '../models/index.js';
import { Operations } from '../operations/index.js';
import { Store, isUniqueViolation, newId, type Tx } from '../store/index.js';
import { DownloadLoop } from './download-loop.js';
import { deedsOf, type PersonDeed } from './download.machine.js';
import { DownloadMoves, ModelGoneError } from './download-moves.js';
import type { DownloadPlan } from './download-plan.js';
import { DownloadRepository } from './download.repository.js';
import type { DownloadRow } from './downloads.store.js';

/** How long a cancellation is waited for before it is answered; it goes on anyway. */
const CLEARING_MS = 5_000;

/** What people ask of downloads. Each deed is one conditional write with its audit record; the loop acts on it afterwards. */
@Injectable()
export class Downloads {
  constructor(
    private readonly store: Store,
    private readonly downloads: DownloadRepository,
    private readonly moves: DownloadMoves,
    private readonly models: ModelRepository,
    private readonly operations: Operations,
    private readonly audit: Audit,
    private readonly loop: DownloadLoop,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError `conflict` when the name is taken */
  async start({ hub, repository, variantId, revision, choice, name }: DownloadPlan, actor: Actor): Promise<{ id: string; modelId: string }> {
    const id = newId();
    const modelId = newId();
    const { format, entry, files, bytes } = choice;
    try {
      await this.store.transaction(async (tx) => {
        const operationId = await this.operations.start(tx, {
          kind: 'download-model', subjectId: modelId, title: `Download ${name}`, startedBy: actor.username, state: 'queued', can: deedsOf('queued'),
        });
        await this.models.createDownloading(tx, { id: modelId, name, format, source: hub, repository, revision: revision.revision, variantId, bytes, description: '', entry, operationId });
        await this.models.describeDownload(tx, modelId, { licence: revision.licence?.slice(0, 255) ?? null });
        await this.downloads.create(tx, { id, modelId, operationId, name, variantId, hub, repository, revision: revision.revision, format, files, bytes, createdAt: this.clock.now() });
        await this.audit.record(tx, actor, 'model.download', { type: 'model', id: modelId, name }, { hub, repository, revision: revision.revision, bytes });
        tx.afterCommit(() => this.loop.wake());
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a model named ${name} is there already: choose another name`, { field: 'name' });
      throw error;
    }
    return { id, modelId };
  }

  pause(id: string, actor: Actor): Promise<void> {
    return this.#deed(id, 'pause', actor, (tx, row) => this.moves.pause(tx, row));
  }

  resume(id: string, actor: Actor): Promise<void> {
    return this.#deed(id, 'resume', actor, (tx, row) => this.moves.resume(tx, row));
  }

  retry(id: string, actor: Actor): Promise<void> {
    return this.#deed(id, 'retry', actor, (tx, row) => this.moves.retry(tx, row));
  }

  /** Returns when the bytes are gone and the name is free again, or after five seconds. */
  async cancel(id: string, actor: Actor): Promise<void> {
    await this.#deed(id, 'cancel', actor, (tx, row) => this.moves.cancel(tx, row));
    await waitFor(async () => (await this.downloads.get(id))?.cleared, { what: 'clearing', timeoutMs: CLEARING_MS }).catch(() => undefined);
  }

  async existing(id: string): Promise<DownloadRow> {
    const row = await this.downloads.get(id);
    if (!row) throw new ApiError('not-found', 'no download has this id');
    return row;
  }

  async #deed(id: string, deed: PersonDeed, actor: Actor, move: (tx: Tx, row: DownloadRow) => Promise<boolean>): Promise<void> {
    const row = await this.existing(id);
    try {
      await this.store.transaction(async (tx) => {
        if (!(await move(tx, row))) throw new ApiError('conflict', await this.#refusal(id, deed));
        await this.audit.record(tx, actor, `model.download.${deed}`, { type: 'model', id: row.modelId, name: row.name }, {});
        tx.afterCommit(() => this.loop.wake());
      });
    } catch (error) {
      if (error instanceof ModelGoneError) throw new ApiError('conflict', `${error.message}: start it again`);
      throw error;
    }
  }

  async #refusal(id: string, deed: PersonDeed): Promise<string> {
    const { state, name } = await this.existing(id);
    const can = deedsOf(state);
    return `${name} is ${state}: it cannot be asked to ${deed}${can.length > 0 ? `, only to ${can.join(' or ')}` : ''}`;
  }
}
