import { Injectable } from '@nestjs/common';
import { Brackets, In, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import type { z } from 'zod';
import { Clock } from '../config/index.js';
import { formatCursor, parseCursor } from '../http/index.js';
import { Store, type Tx } from '../store/index.js';
import { InstanceRunRow } from './instance-run.store.js';
import { isEnded } from './instance.machine.js';
import type { instanceRunSchema } from './instances.schema.js';
import type { InstanceRow } from './instances.store.js';

export type InstanceRunView = z.infer<typeof instanceRunSchema>;

export interface RunFilter {
  readonly serviceId?: string;
  readonly serviceName?: string;
}

export const RUNS_PER_SERVICE = 200;
export const RUNS_KEEP_MS = 180 * 24 * 3_600_000;
const AT_ONCE = 200;

/** Every instance there was. Rows outlive the instance, its node and its service; the oldest go first. */
@Injectable()
export class InstanceRuns {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async get(instanceId: string): Promise<InstanceRunRow | undefined> {
    return (await this.store.manager.findOneBy(InstanceRunRow, { instanceId })) ?? undefined;
  }

  async page({ serviceId, serviceName }: RunFilter, limit: number, before: string | undefined): Promise<{ items: InstanceRunView[]; next: string | null }> {
    const query = this.store.manager.createQueryBuilder(InstanceRunRow, 'run').where('1 = 1');
    if (serviceId !== undefined) query.andWhere('run.serviceId = :serviceId', { serviceId });
    if (serviceName !== undefined) query.andWhere('run.serviceName = :serviceName', { serviceName });
    if (before !== undefined) {
      const place = parseCursor(before);
      query.andWhere(new Brackets((older) => older.where('run.createdAt < :at', place).orWhere('run.createdAt = :at and run.instanceId < :id', place)));
    }
    const rows = await query.orderBy('run.createdAt', 'DESC').addOrderBy('run.instanceId', 'DESC').take(limit + 1).getMany();
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return { items: rows.slice(0, limit).map(view), next: last ? formatCursor({ at: last.createdAt, id: last.instanceId }) : null };
  }

  /** Takes over how instances stand; written only where something is different. @param nodeName of a node that is known */
  async record(instances: readonly InstanceRow[], nodeName: (nodeId: string) => string | undefined): Promise<void> {
    for (let from = 0; from < instances.length; from += AT_ONCE) {
      await this.store.transaction((tx) => this.#record(tx, instances.slice(from, from + AT_ONCE), nodeName));
    }
  }

  async #record({ manager }: Tx, instances: readonly InstanceRow[], nodeName: (nodeId: string) => string | undefined): Promise<void> {
    const known = new Map((await manager.findBy(InstanceRunRow, { instanceId: In(instances.map(({ id }) => id)) })).map((row) => [row.instanceId, row]));
    for (const instance of instances) {
      const before = known.get(instance.id);
      const columns = told(instance, (nodeId) => nodeName(nodeId) ?? nameBefore(before, nodeId));
      if (!before) {
        const { id: instanceId, serviceId, serviceName, slot, revision, createdAt } = instance;
        await manager.insert(InstanceRunRow, { instanceId, serviceId, serviceName, slot, revision, createdAt, ...columns, logBytes: 0, memberLogBytes: null, logAt: null });
      } else if (JSON.stringify(columns) !== JSON.stringify(told(before, (nodeId) => nameBefore(before, nodeId)))) {
        await manager.update(InstanceRunRow, { instanceId: instance.id }, columns);
      }
    }
  }

  /** Logs were fetched: what is kept of each rank now, in bytes. Ranks that are not named stay. False when nobody knows the instance any more. */
  async setLogs(instanceId: string, kept: ReadonlyMap<number, number>): Promise<boolean> {
    return this.store.transaction(async ({ manager }) => {
      const row = await manager.findOneBy(InstanceRunRow, { instanceId });
      if (!row) return false;
      const byRank = row.members ? row.members.map(({ rank }) => kept.get(rank) ?? row.memberLogBytes?.[rank] ?? 0) : null;
      const logBytes = byRank ? byRank.reduce((sum, bytes) => sum + bytes, 0) : (kept.get(0) ?? row.logBytes);
      await manager.update(InstanceRunRow, { instanceId }, { logBytes, memberLogBytes: byRank, logAt: this.clock.now() });
      return true;
    });
  }

  /** Nothing is kept of its logs any more. */
  async dropLogs(instanceId: string): Promise<void> {
    await this.store.transaction(({ manager }) => manager.update(InstanceRunRow, { instanceId }, { logBytes: 0, memberLogBytes: null }));
  }

  /** Instances that live and whose log was not fetched since, the oldest first. */
  async dueForLog(since: number): Promise<string[]> {
    const living = { endedAt: IsNull(), nodeId: Not(IsNull()) };
    const rows = await this.store.manager.find(InstanceRunRow, { select: { instanceId: true }, where: [{ ...living, logAt: IsNull() }, { ...living, logAt: LessThan(since) }], order: { logAt: 'ASC' } });
    return rows.map(({ instanceId }) => instanceId);
  }

  /** Ids of all that have a log. */
  async withLog(): Promise<Set<string>> {
    const rows = await this.store.manager.find(InstanceRunRow, { select: { instanceId: true }, where: { logBytes: MoreThan(0) } });
    return new Set(rows.map(({ instanceId }) => instanceId));
  }

  /** Ids of the oldest ended ones whose logs are too much together. */
  async overTotal(mostBytes: number): Promise<string[]> {
    const rows = await this.store.manager.find(InstanceRunRow, { select: { instanceId: true, logBytes: true, endedAt: true }, where: { logBytes: MoreThan(0) }, order: { createdAt: 'DESC' } });
    let bytes = 0;
    return rows.filter(({ logBytes, endedAt }) => (bytes += logBytes) > mostBytes && endedAt !== null).map(({ instanceId }) => instanceId);
  }

  /** Deletes what is too old, and of each service what is more than 200. */
  async prune(): Promise<void> {
    await this.store.transaction(({ manager }) => manager.delete(InstanceRunRow, { endedAt: LessThan(this.clock.now() - RUNS_KEEP_MS) }));
    const full = await this.store.manager.createQueryBuilder(InstanceRunRow, 'run').select('run.serviceId', 'serviceId').groupBy('run.serviceId').having('count(*) > :most', { most: RUNS_PER_SERVICE }).getRawMany<{ serviceId: string }>();
    for (const { serviceId } of full) {
      const surplus = await this.store.manager.find(InstanceRunRow, { select: { instanceId: true, endedAt: true }, where: { serviceId }, order: { createdAt: 'DESC', instanceId: 'DESC' }, skip: RUNS_PER_SERVICE, take: AT_ONCE });
      const over = surplus.filter(({ endedAt }) => endedAt !== null).map(({ instanceId }) => instanceId);
      if (over.length > 0) await this.store.transaction(({ manager }) => manager.delete(InstanceRunRow, { instanceId: In(over) }));
    }
  }
}

type Told = Pick<InstanceRow, 'nodeId' | 'state' | 'reason' | 'message' | 'diagnosis'> & { readonly members: readonly { readonly rank: number; readonly nodeId: string }[] | null } & ({ readonly stateSince: number } | { readonly endedAt: number | null });

/** What an instance tells of itself for good. While it lives its message changes with every percent, and is not kept. */
function told({ nodeId, state, reason, message, diagnosis, members, ...of }: Told, nodeName: (nodeId: string) => string | null) {
  const ended = isEnded(state);
  return {
    nodeId, nodeName: nodeId === null ? null : nodeName(nodeId), members: members && members.map((member) => ({ rank: member.rank, nodeId: member.nodeId, nodeName: nodeName(member.nodeId) })),
    state, reason: ended ? reason : '', message: ended ? message : '', diagnosis, endedAt: !ended ? null : 'endedAt' in of ? of.endedAt : of.stateSince,
  };
}

/** Of a node that is gone, as it was written down. */
function nameBefore(before: InstanceRunRow | undefined, nodeId: string): string | null {
  if (before?.nodeId === nodeId) return before.nodeName;
  return before?.members?.find((member) => member.nodeId === nodeId)?.nodeName ?? null;
}

function view({ instanceId, serviceId, serviceName, slot, nodeName, revision, state, reason, message, createdAt, endedAt, logBytes, nodeId, diagnosis, members, memberLogBytes }: InstanceRunRow): InstanceRunView {
  const lives = endedAt === null && nodeId !== null;
  return {
    instanceId, serviceId, serviceName, slot, nodeName, revision, state, reason, message,
    createdAt: new Date(createdAt).toISOString(), endedAt: endedAt === null ? null : new Date(endedAt).toISOString(), hasLog: logBytes > 0 || lives, diagnosis,
    members: (members ?? []).map((member) => ({ rank: member.rank, nodeName: member.nodeName, hasLog: lives || (memberLogBytes?.[member.rank] ?? 0) > 0 })),
  };
}
