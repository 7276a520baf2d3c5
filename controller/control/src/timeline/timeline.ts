import { Brackets, LessThan, type FindOptionsOrder, type FindOptionsWhere } from 'typeorm';
import type { Clock } from '../config/index.js';
import { formatCursor, parseCursor } from '../http/index.js';
import type { Store, Tx } from '../store/index.js';

export const TIMELINE_KEEP_MS = 90 * 24 * 3_600_000;

export interface TimelineEntry {
  readonly id: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Rows of one table that tell what happened to things of one kind; the table has an index on owner, `at` and `id`. */
export interface TimelineKind<Row extends TimelineEntry> {
  readonly entity: new () => Row;
  /** Column that says to whom it happened. */
  readonly owner: keyof Row & string;
  /** Entries of one owner that are kept; the newest stay. */
  readonly most: number;
}

export interface TimelinePage<Row> {
  readonly rows: readonly Row[];
  /** For the `before` of the next page; null: this is the last one. */
  readonly next: string | null;
}

/** What happened to nodes, to services …: read newest first, bounded by age and, for each owner, by number. */
export class Timeline<Row extends TimelineEntry> {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly kind: TimelineKind<Row>,
  ) {}

  /** @throws ApiError `bad-request` for a cursor that is none */
  async page(owner: string, limit: number, before: string | undefined): Promise<TimelinePage<Row>> {
    const query = this.store.manager.createQueryBuilder(this.kind.entity, 'event').where(`event.${this.kind.owner} = :owner`, { owner });
    if (before !== undefined) {
      const place = parseCursor(before);
      query.andWhere(new Brackets((older) => older.where('event.at < :at', place).orWhere('event.at = :at and event.id < :id', place)));
    }
    const rows = await query.orderBy('event.at', 'DESC').addOrderBy('event.id', 'DESC').take(limit + 1).getMany();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { rows: rows.slice(0, limit), next: last ? formatCursor(last) : null };
  }

  async forget(tx: Tx, owner: string): Promise<void> {
    await tx.manager.delete(this.kind.entity, this.#of(owner));
  }

  /** Deletes what is too old or too much, a short transaction for each owner. */
  async prune(): Promise<void> {
    const { entity, owner: column, most } = this.kind;
    const old = { at: LessThan(this.clock.now() - TIMELINE_KEEP_MS) } as FindOptionsWhere<Row>;
    await this.store.transaction(({ manager }) => manager.delete(entity, old));
    const full = await this.store.manager.createQueryBuilder(entity, 'event').select(`event.${column}`, 'owner').groupBy(`event.${column}`).having('count(*) > :most', { most }).getRawMany<{ owner: string }>();
    for (const { owner } of full) {
      const order = { at: 'DESC', id: 'DESC' } as FindOptionsOrder<Row>;
      const [oldest] = await this.store.manager.find(entity, { where: this.#of(owner), order, skip: most - 1, take: 1 });
      if (!oldest) continue;
      const { at, id } = oldest;
      const older = new Brackets((where) => where.where('at < :at', { at }).orWhere('at = :at and id < :id', { at, id }));
      await this.store.transaction(({ manager }) => manager.createQueryBuilder().delete().from(entity).where(`${column} = :owner`, { owner }).andWhere(older).execute());
    }
  }

  #of(owner: string): FindOptionsWhere<Row> {
    return { [this.kind.owner]: owner } as FindOptionsWhere<Row>;
  }
}
