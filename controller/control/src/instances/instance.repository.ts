import { Injectable } from '@nestjs/common';
import type { LaunchIntent } from '@openstation/proto';
import { In, IsNull, LessThan, Not, type FindOptionsWhere } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { nodeIdsOf, toldTo, type GroupMember } from './group-member.js';
import { applyMemberStatus } from './group-status.js';
import { isEnded, mayMove, type InstanceState } from './instance.machine.js';
import type { InstanceDiagnosis } from './instance-diagnosis.js';
import type { InstanceWish } from './instance-wish.js';
import { InstanceSignals } from './instance-signals.js';
import { InstanceRow } from './instances.store.js';
import { applyStatus, type ObservedStatus } from './observed-status.js';

export interface NewInstance {
  readonly serviceId: string;
  readonly serviceName: string;
  readonly modelId: string;
  readonly slot: number;
  readonly wishedNodeIds: readonly string[];
  readonly wish: InstanceWish;
  readonly previousNodeId: string | undefined;
  readonly attempt: number;
  readonly failures: { readonly signature: string; readonly count: number } | undefined;
  readonly needBytes: number;
  readonly revision: number;
}

/**
 * Instance rows; one verb per writer, each with its check in the WHERE clause. There is no `save`.
 *
 *   service loop   create, setDesired        desired, generation, slot and what a new one inherits
 *                  setRetired, reinstate     retiredAt
 *   drain loop     setLeaving, clearLeaving  leavingAt
 *   scheduler      bindNode, explain         nodeId, gpuUuids, intent, members; message while pending
 *   agent          recordObserved            state, ready, phase, percent, message, reason, handle, health, releasedAt; of a group
 *                                           each its own member, and the generation that starts or ends all
 *   control        markLost                  the end of what no agent will report on
 *   diagnosis loop setDiagnosis              diagnosis
 *   reaper         reap                      the row's end
 */
@Injectable()
export class InstanceRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly signals: InstanceSignals,
  ) {}

  ofService(serviceId: string): Promise<InstanceRow[]> {
    return this.store.manager.find(InstanceRow, { where: { serviceId }, order: { slot: 'ASC', createdAt: 'ASC' } });
  }

  list(): Promise<InstanceRow[]> {
    return this.store.manager.find(InstanceRow, { order: { serviceId: 'ASC', slot: 'ASC', createdAt: 'ASC' } });
  }

  async get(id: string): Promise<InstanceRow | undefined> {
    return (await this.store.manager.findOneBy(InstanceRow, { id })) ?? undefined;
  }

  pending(): Promise<InstanceRow[]> {
    return this.store.manager.find(InstanceRow, { where: { state: 'pending', desired: 'run' }, order: { createdAt: 'ASC' } });
  }

  /** Everything a node must be told: what should run, and tombstones it has not confirmed. */
  async assignedTo(nodeId: string): Promise<InstanceRow[]> {
    const where = [{ nodeId, releasedAt: IsNull() }, { members: Not(IsNull()), releasedAt: IsNull() }];
    const rows = await this.store.manager.find(InstanceRow, { where, order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.flatMap((row) => toldTo(row, nodeId) ?? []);
  }

  /** Of all nodes, only what tells whether a session knows it already. */
  async unreleased(): Promise<Pick<InstanceRow, 'id' | 'generation' | 'nodeId'>[]> {
    const rows = await this.store.manager.find(InstanceRow, { select: { id: true, generation: true, nodeId: true, members: true }, where: { releasedAt: IsNull(), nodeId: Not(IsNull()) } });
    return rows.flatMap(({ members, ...row }) => (members ? members.filter(({ releasedAt }) => releasedAt === null).map(({ nodeId }) => ({ ...row, nodeId })) : [row]));
  }

  /** What counts as being on a node: without the documents that make up most of a row. */
  async placed(): Promise<Pick<InstanceRow, 'id' | 'nodeId' | 'serviceId' | 'serviceName' | 'state' | 'desired' | 'ready'>[]> {
    const select = { id: true, nodeId: true, serviceId: true, serviceName: true, state: true, desired: true, ready: true, members: true } as const;
    const rows = await this.store.manager.find(InstanceRow, { select, where: { releasedAt: IsNull(), nodeId: Not(IsNull()) } });
    return rows.flatMap(({ members, ...row }) => (members ? members.filter(({ releasedAt }) => releasedAt === null).map(({ nodeId }) => ({ ...row, nodeId })) : [row]));
  }

  async create(tx: Tx, instance: NewInstance): Promise<string> {
    const now = this.clock.now();
    const id = newId();
    const { failures, wishedNodeIds, previousNodeId, ...rest } = instance;
    await tx.manager.insert(InstanceRow, {
      ...rest, id, wishedNodeIds: [...wishedNodeIds], previousNodeId: previousNodeId ?? null,
      failureSignature: failures?.signature ?? null, failureCount: failures?.count ?? 0, createdAt: now, desired: 'run', generation: 1,
      nodeId: null, gpuUuids: [], intent: null, state: 'pending', stateSince: now, ready: false, readyAt: null, phase: 'waiting', percent: 0,
      message: '', reason: '', handle: '', memoryBytes: null, observedSession: 0, observedRevision: 0, releasedAt: null, leavingAt: null, retiredAt: null, members: null, health: '', healthEvidence: '',
      modelBytesDone: null, modelBytesTotal: null, diagnosis: null,
    });
    this.#touch(tx, instance.serviceId);
    return id;
  }

  /** Asks for the end of an instance: a tombstone of a new generation. One that no node knows yet ends here. */
  async setStopped(tx: Tx, id: string): Promise<void> {
    const now = this.clock.now();
    const row = await this.#held(tx, { id, desired: 'run' });
    if (!row) return;
    const gone = row.nodeId === null || (row.members?.every(({ releasedAt }) => releasedAt !== null) ?? false);
    const ended = gone ? { releasedAt: now, ...(mayMove('control', row.state, 'stopped') ? { state: 'stopped' as const, stateSince: now } : {}) } : {};
    const result = await tx.manager.update(InstanceRow, { id, desired: 'run', generation: row.generation }, { desired: 'stop', generation: row.generation + 1, ready: false, ...ended });
    if (result.affected === 1) this.#touch(tx, row.serviceId, ...nodeIdsOf(row));
  }

  /** Wishes that another one takes its place before it stops. */
  async setLeaving(tx: Tx, id: string): Promise<void> {
    const row = await tx.manager.findOneBy(InstanceRow, { id, desired: 'run', leavingAt: IsNull() });
    if (!row) return;
    await tx.manager.update(InstanceRow, { id, desired: 'run', generation: row.generation }, { leavingAt: this.clock.now() });
    this.#touch(tx, row.serviceId);
  }

  /** They stay after all. */
  async clearLeaving(tx: Tx, nodeId: string): Promise<void> {
    for (const { id, serviceId } of await tx.manager.findBy(InstanceRow, { nodeId, desired: 'run', leavingAt: Not(IsNull()) })) {
      await tx.manager.update(InstanceRow, { id, desired: 'run' }, { leavingAt: null, retiredAt: null });
      this.#touch(tx, serviceId);
    }
    this.#routesChanged(tx);
  }

  /** No new requests any more; what it is answering goes on. */
  async setRetired(tx: Tx, id: string): Promise<void> {
    const row = await tx.manager.findOneBy(InstanceRow, { id, desired: 'run', retiredAt: IsNull() });
    if (!row) return;
    await tx.manager.update(InstanceRow, { id, desired: 'run', generation: row.generation }, { retiredAt: this.clock.now() });
    this.#touch(tx, row.serviceId);
    this.#routesChanged(tx);
  }

  /** It gets requests again. */
  async reinstate(tx: Tx, id: string): Promise<void> {
    const row = await tx.manager.findOneBy(InstanceRow, { id, desired: 'run', retiredAt: Not(IsNull()) });
    if (!row) return;
    await tx.manager.update(InstanceRow, { id, desired: 'run', generation: row.generation }, { retiredAt: null });
    this.#touch(tx, row.serviceId);
    this.#routesChanged(tx);
  }

  /** Binds a pending instance, all its members at once: an instance never moves. False when it is no longer pending. */
  bindNode(id: string, seat: { nodeId: string; gpuUuids: readonly string[]; intent: LaunchIntent; needBytes: number; members?: readonly GroupMember[] | undefined }): Promise<boolean> {
    return this.store.transaction(async (tx) => {
      const result = await tx.manager.update(
        InstanceRow,
        { id, state: 'pending', desired: 'run', nodeId: IsNull() },
        { nodeId: seat.nodeId, gpuUuids: [...seat.gpuUuids], intent: seat.intent, needBytes: seat.needBytes, members: seat.members ? [...seat.members] : null, state: 'assigned', stateSince: this.clock.now(), phase: 'assigned', message: '' },
      );
      if (result.affected !== 1) return false;
      this.#touch(tx, seat.intent.serviceId, ...(seat.members ?? [seat]).map(({ nodeId }) => nodeId));
      return true;
    });
  }

  /** Why a pending instance has no place yet. */
  async explain(id: string, message: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      const row = await tx.manager.findOneBy(InstanceRow, { id, state: 'pending' });
      if (!row || row.message === message.slice(0, 2000)) return;
      await tx.manager.update(InstanceRow, { id, state: 'pending' }, { phase: 'no-place', message: message.slice(0, 2000) });
      this.#touch(tx, row.serviceId);
    });
  }

  /**
   * Takes over what an agent says of its instances; rows are written only where something changed.
   * Not this node's, of an older generation, session or revision, or unknown: dropped.
   */
  async recordObserved(nodeId: string, session: number, statuses: readonly ObservedStatus[]): Promise<void> {
    if (statuses.length === 0) return;
    await this.store.transaction(async (tx) => {
      const rows = await tx.manager.findBy(InstanceRow, { id: In(statuses.map(({ instanceId }) => instanceId)) });
      for (const row of rows) {
        if (row.members) await this.#recordMember(tx, row.id, nodeId, session, statuses.filter(({ instanceId }) => instanceId === row.id));
        if (row.members || row.nodeId !== nodeId) continue;
        for (const status of statuses.filter(({ instanceId }) => instanceId === row.id)) {
          const change = applyStatus(row, session, status, this.clock.now());
          if (!change) continue;
          Object.assign(row, change.columns);
          await tx.manager.update(InstanceRow, { id: row.id, nodeId, generation: row.generation }, change.columns);
          await this.signals.moved(tx, row, change.columns);
          this.#touch(tx, row.serviceId);
          if (change.routes) this.#routesChanged(tx);
          if (change.columns.releasedAt) tx.afterCommit(() => this.signals.assignmentsChanged(nodeId));
        }
      }
    });
  }

  /** Members of a group write into one row from several sessions: it is read again under a lock. */
  async #recordMember(tx: Tx, id: string, nodeId: string, session: number, statuses: readonly ObservedStatus[]): Promise<void> {
    const row = await this.#held(tx, { id });
    for (const status of row ? statuses : []) {
      const change = row && applyMemberStatus(row, nodeId, session, status, this.clock.now());
      if (!row || !change) continue;
      const { members, ...columns } = change.columns;
      await tx.manager.update(InstanceRow, { id, generation: row.generation }, { ...columns, members: [...members] });
      Object.assign(row, change.columns);
      await this.signals.moved(tx, row, columns);
      this.#touch(tx, row.serviceId);
      if (change.routes) this.#routesChanged(tx);
      if (change.assignments) for (const member of nodeIdsOf(row)) tx.afterCommit(() => this.signals.assignmentsChanged(member));
    }
  }

  /** Why it failed, once. */
  async setDiagnosis(id: string, diagnosis: InstanceDiagnosis): Promise<void> {
    await this.store.transaction(async (tx) => {
      const row = await tx.manager.findOneBy(InstanceRow, { id, state: 'failed' });
      if (!row || row.diagnosis !== null) return;
      await tx.manager.update(InstanceRow, { id, state: 'failed' }, { diagnosis });
      this.#touch(tx, row.serviceId);
    });
  }

  /** Ends everything on a node that is gone for good; a group it was part of ends everywhere. */
  async markLost(tx: Tx, nodeId: string): Promise<void> {
    const now = this.clock.now();
    for (const row of await tx.manager.findBy(InstanceRow, { members: Not(IsNull()), releasedAt: IsNull() })) {
      if (!row.members?.some((member) => member.nodeId === nodeId && member.releasedAt === null)) continue;
      const members = row.members.map((member) => (member.nodeId === nodeId ? { ...member, state: isEnded(member.state) ? member.state : ('failed' as const), ready: false, releasedAt: now } : member));
      const failed = mayMove('control', row.state, 'failed') ? { state: 'failed' as InstanceState, stateSince: now, reason: 'node-removed', message: 'one of its nodes was removed', generation: row.generation + 1 } : {};
      const over = row.desired === 'stop' && members.every(({ releasedAt }) => releasedAt !== null) ? { releasedAt: now } : {};
      await tx.manager.update(InstanceRow, { id: row.id, generation: row.generation }, { ...failed, ...over, members, ready: false });
      this.#touch(tx, row.serviceId, ...members.map((member) => member.nodeId));
    }
    for (const row of await tx.manager.findBy(InstanceRow, { nodeId, releasedAt: IsNull(), members: IsNull() })) {
      const failed = mayMove('control', row.state, 'failed') ? { state: 'failed' as InstanceState, stateSince: now, reason: 'node-removed', message: 'its node was removed' } : {};
      await tx.manager.update(InstanceRow, { id: row.id, generation: row.generation }, { ...failed, ready: false, releasedAt: now });
      this.#touch(tx, row.serviceId);
    }
    this.#routesChanged(tx);
  }

  /** Rows that ended and whose node has let go of them before the moment given. */
  over(before: number): Promise<InstanceRow[]> {
    return this.store.manager.find(InstanceRow, { where: { desired: 'stop', releasedAt: LessThan(before) } });
  }

  /** Deletes rows of which nothing will be heard any more. */
  async reap(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.store.transaction(({ manager }) => manager.delete(InstanceRow, { id: In([...ids]), desired: 'stop', releasedAt: Not(IsNull()) }));
  }

  #held(tx: Tx, where: FindOptionsWhere<InstanceRow>): Promise<InstanceRow | null> {
    const lock = this.store.dialect === 'mysql' ? { lock: { mode: 'pessimistic_write' as const } } : {};
    return tx.manager.findOne(InstanceRow, { where, ...lock });
  }

  #touch(tx: Tx, serviceId: string, ...nodeIds: readonly string[]): void {
    tx.afterCommit(() => {
      this.signals.serviceTouched(serviceId);
      for (const nodeId of nodeIds) this.signals.assignmentsChanged(nodeId);
      this.feed.publish({ topic: 'services', id: serviceId, kind: 'changed' });
      if (nodeIds.length > 0) this.#publishRoutes();
    });
  }

  #routesChanged(tx: Tx): void {
    tx.afterCommit(() => this.#publishRoutes());
  }

  #publishRoutes(): void {
    this.feed.publish({ topic: 'routes', id: 'instances', kind: 'changed' });
  }
}
