import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { Store, type Tx } from '../store/index.js';
import { moves, type Deed } from './download.machine.js';
import { DownloadRow } from './downloads.store.js';

const RECENT = 50;

/** Download rows. A row moves only by `advance`: a conditional write of which one wins. */
@Injectable()
export class DownloadRepository {
  constructor(private readonly store: Store) {}

  async get(id: string): Promise<DownloadRow | undefined> {
    return (await this.store.manager.findOneBy(DownloadRow, { id })) ?? undefined;
  }

  /** Those the queue has to do with: open, failed, and cancelled ones whose bytes are still there. */
  async unfinished(): Promise<DownloadRow[]> {
    return this.store.manager.find(DownloadRow, { where: [{ state: Not(In(['done', 'cancelled'])) }, { state: 'cancelled', cleared: false }], order: { rank: 'ASC', id: 'ASC' } });
  }

  /** Over, newest first. */
  async recent(): Promise<DownloadRow[]> {
    return this.store.manager.find(DownloadRow, { where: { state: In(['done', 'cancelled']) }, order: { createdAt: 'DESC', id: 'DESC' }, take: RECENT });
  }

  /** Adds one behind all others. */
  async create(tx: Tx, row: Omit<DownloadRow, 'rank' | 'state' | 'waitingFor' | 'message' | 'retryAt' | 'hubFailures' | 'cleared' | 'startedAt'>): Promise<void> {
    const rank = (await this.#edge(tx, 'max')) + 1;
    await tx.manager.insert(DownloadRow, { ...row, rank, state: 'queued', waitingFor: null, message: '', retryAt: null, hubFailures: 0, cleared: false, startedAt: null });
  }

  /** @returns false when the row is in another state by now: somebody else won */
  async advance(tx: Tx, id: string, deed: Deed, change: Partial<Pick<DownloadRow, 'waitingFor' | 'message' | 'retryAt' | 'hubFailures' | 'startedAt'>> = {}): Promise<boolean> {
    const { from, to } = moves[deed];
    const { affected } = await tx.manager.update(DownloadRow, { id, state: In([...from]) }, { waitingFor: null, message: '', retryAt: null, ...change, ...(await this.#rankAfter(tx, deed)), state: to });
    return affected === 1;
  }

  async recordCleared(tx: Tx, id: string): Promise<void> {
    await tx.manager.update(DownloadRow, { id, state: 'cancelled' }, { cleared: true });
  }

  /** Resumed ones come right behind those that run; retried ones at the end. */
  async #rankAfter(tx: Tx, deed: Deed): Promise<{ rank?: number }> {
    if (deed === 'resume') return { rank: (await this.#edge(tx, 'min')) - 1 };
    return deed === 'retry' ? { rank: (await this.#edge(tx, 'max')) + 1 } : {};
  }

  async #edge(tx: Tx, which: 'min' | 'max'): Promise<number> {
    const [row] = await tx.manager.find(DownloadRow, { select: { id: true, rank: true }, order: { rank: which === 'min' ? 'ASC' : 'DESC' }, take: 1 });
    return row?.rank ?? 0;
  }
}
