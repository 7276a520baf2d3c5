import { Injectable } from '@nestjs/common';
import type { LaunchIntent } from '@openstation/proto';
import { In, IsNull, Not } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { mayMove, type InstanceState } from './instance.machine.js';
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
}

/**
 * Instance rows; one verb per writer, each with its check in the WHERE clause. There is no `save`.
 *
 *   service loop   create, setDesired        desired, generation, slot and what a new one inherits
 *                  setRetired                retiredAt
 *   drain loop     setLeaving, clearLeaving  leavingAt
 *   scheduler      bindNode, explain         nodeId, gpuUuids, intent; message while pending
 *   agent          recordObserved            state, ready, phase, percent, message, reason, handle, releasedAt
 *   control        markLost                  the end of what no agent will report on
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
  assignedTo(nodeId: string): Promise<InstanceRow[]> {
    return this.store.manager.find(InstanceRow, { where: { nodeId, releasedAt: IsNull() }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** Of all nodes, only what tells whether a session knows it already. */
  unreleased(): Promise<Pick<InstanceRow, 'id' | 'generation' | 'nodeId'>[]> {
    return this.store.manager.find(InstanceRow, { select: { id: true, generation: true, nodeId: true }, where: { releasedAt: IsNull(), nodeId: Not(IsNull()) } });
  }

  /** What counts as being on a node: without the documents that make up most of a row. */
  placed(): Promise<Pick<InstanceRow, 'id' | 'nodeId' | 'serviceId' | 'serviceName' | 'state' | 'desired' | 'ready'>[]> {
    const select = { id: true, nodeId: true, serviceId: true, serviceName: true, state: true, desired: true, ready: true } as const;
    return this.store.manager.find(InstanceRow, { select, where: { releasedAt: IsNull(), nodeId: Not(IsNull()) } });
  }

  async create(tx: Tx, instance: NewInstance): Promise<string> {
    const now = this.clock.now();
    const id = newId();
    const { failures, wishedNodeIds, previousNodeId, ...rest } = instance;
    await tx.manager.insert(InstanceRow, {
      ...rest, id, wishedNodeIds: [...wishedNodeIds], previousNodeId: previousNodeId ?? null,
      failureSignature: failures?.signature ?? null, failureCount: failures?.count ?? 0, createdAt: now, desired: 'run', generation: 1,
      nodeId: null, gpuUuids: [], intent: null, state: 'pending', stateSince: now, ready: false, readyAt: null, phase: 'waiting', percent: 0,
      message: '', reason: '', handle: '', memoryBytes: null, observedSession: 0, observedRevision: 0, releasedAt: null, leavingAt: null, retiredAt: null,
    });
    this.#touch(tx, instance.serviceId);
    return id;
  }

  /** Asks for the end of an instance: a tombstone of a new generation. One that no node knows yet ends here. */
  async setStopped(tx: Tx, id: string): Promise<void> {
    const now = this.clock.now();
    const row = await tx.manager.findOneBy(InstanceRow, { id, desired: 'run' });
    if (!row) return;
    const ended = row.nodeId === null ? { releasedAt: now, ...(mayMove('control', row.state, 'stopped') ? { state: 'stopped' as const, stateSince: now } : {}) } : {};
    const result = await tx.manager.update(InstanceRow, { id, desired: 'run', generation: row.generation }, { desired: 'stop', generation: row.generation + 1, ready: false, ...ended });
    if (result.affected === 1) this.#touch(tx, row.serviceId, row.nodeId);
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

  /** Binds a pending instance, once: an instance never moves. False when it is no longer pending. */
  bindNode(id: string, seat: { nodeId: string; gpuUuids: readonly string[]; intent: LaunchIntent; needBytes: number }): Promise<boolean> {
    return this.store.transaction(async (tx) => {
      const result = await tx.manager.update(
        InstanceRow,
        { id, state: 'pending', desired: 'run', nodeId: IsNull() },
        { nodeId: seat.nodeId, gpuUuids: [...seat.gpuUuids], intent: seat.intent, needBytes: seat.needBytes, state: 'assigned', stateSince: this.clock.now(), phase: 'assigned', message: '' },
      );
      if (result.affected !== 1) return false;
      this.#touch(tx, seat.intent.serviceId, seat.nodeId);
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
      const rows = await tx.manager.findBy(InstanceRow, { id: In(statuses.map(({ instanceId }) => instanceId)), nodeId });
      for (const row of rows) {
        for (const status of statuses.filter(({ instanceId }) => instanceId === row.id)) {
          const change = applyStatus(row, session, status, this.clock.now());
          if (!change) continue;
          Object.assign(row, change.columns);
          await tx.manager.update(InstanceRow, { id: row.id, nodeId, generation: row.generation }, change.columns);
          this.#touch(tx, row.serviceId);
          if (change.routes) this.#routesChanged(tx);
          if (change.columns.releasedAt) tx.afterCommit(() => this.signals.assignmentsChanged(nodeId));
        }
      }
    });
  }

  /** Ends everything on a node that is gone for good. */
  async markLost(tx: Tx, nodeId: string): Promise<void> {
    const now = this.clock.now();
    for (const row of await tx.manager.findBy(InstanceRow, { nodeId, releasedAt: IsNull() })) {
      const failed = mayMove('control', row.state, 'failed') ? { state: 'failed' as InstanceState, stateSince: now, reason: 'node-removed', message: 'its node was removed' } : {};
      await tx.manager.update(InstanceRow, { id: row.id, generation: row.generation }, { ...failed, ready: false, releasedAt: now });
      this.#touch(tx, row.serviceId);
    }
    this.#routesChanged(tx);
  }

  /** Deletes rows that ended and whose node has let go of them before the moment given. */
  async reap(before: number): Promise<void> {
    await this.store.transaction(async ({ manager }) => {
      const old = await manager.findBy(InstanceRow, { desired: 'stop', releasedAt: Not(IsNull()) });
      const ids = old.filter(({ releasedAt }) => releasedAt !== null && releasedAt < before).map(({ id }) => id);
      if (ids.length > 0) await manager.delete(InstanceRow, { id: In(ids) });
    });
  }

  #touch(tx: Tx, serviceId: string, nodeId?: string | null): void {
    tx.afterCommit(() => {
      this.signals.serviceTouched(serviceId);
      if (nodeId) this.signals.assignmentsChanged(nodeId);
      this.feed.publish({ topic: 'services', id: serviceId, kind: 'changed' });
      if (nodeId) this.#publishRoutes();
    });
  }

  #routesChanged(tx: Tx): void {
    tx.afterCommit(() => this.#publishRoutes());
  }

  #publishRoutes(): void {
    this.feed.publish({ topic: 'routes', id: 'instances', kind: 'changed' });
  }
}
