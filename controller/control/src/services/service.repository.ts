import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { InstanceSignals } from '../instances/index.js';
import { Store, type Tx } from '../store/index.js';
import { ServiceRow } from './services.store.js';

type Spec = 'slots' | 'stoppedAt' | 'retriedAt' | 'replaceAfterMinutes' | 'scaling' | 'revision' | 'engine' | 'mode' | 'parameters' | 'argv' | 'contextLength' | 'parallel' | 'needBytes' | 'networkInterface';

/** Service rows. A person writes the spec (and with it the generation); the loop writes `readyAt`, `provenRevision` and the end; scaling writes `scaledTo`. */
@Injectable()
export class ServiceRepository {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    private readonly signals: InstanceSignals,
  ) {}

  list(): Promise<ServiceRow[]> {
    return this.store.manager.find(ServiceRow, { order: { createdAt: 'ASC', id: 'ASC' } });
  }

  async get(id: string): Promise<ServiceRow | undefined> {
    return (await this.store.manager.findOneBy(ServiceRow, { id })) ?? undefined;
  }

  async create(tx: Tx, service: Omit<ServiceRow, 'generation' | 'createdAt' | 'deletingAt' | 'readyAt' | 'revision' | 'provenRevision' | 'stoppedAt' | 'retriedAt' | 'scaledTo' | 'scalingReason'>): Promise<void> {
    const fresh = { generation: 1, createdAt: this.clock.now(), deletingAt: null, readyAt: null, revision: 1, provenRevision: null, stoppedAt: null, retriedAt: null, scaledTo: null, scalingReason: '' };
    await tx.manager.insert(ServiceRow, { ...service, ...fresh });
    this.#changed(tx, service.id);
  }

  /** False when the service changed meanwhile or is being deleted: read again. */
  async setSpec(tx: Tx, service: Pick<ServiceRow, 'id' | 'generation'>, spec: Partial<Pick<ServiceRow, Spec>>): Promise<boolean> {
    const where = { id: service.id, generation: service.generation, deletingAt: IsNull() };
    const result = await tx.manager.update(ServiceRow, where, { ...spec, generation: service.generation + 1 });
    this.#changed(tx, service.id);
    return result.affected === 1;
  }

  async setDeleting(tx: Tx, id: string): Promise<boolean> {
    const row = await tx.manager.findOneBy(ServiceRow, { id, deletingAt: IsNull() });
    if (!row) return false;
    const result = await tx.manager.update(ServiceRow, { id, deletingAt: IsNull() }, { deletingAt: this.clock.now(), generation: row.generation + 1 });
    this.#changed(tx, id);
    return result.affected === 1;
  }

  async markReady(tx: Tx, id: string): Promise<void> {
    const result = await tx.manager.update(ServiceRow, { id, readyAt: IsNull() }, { readyAt: this.clock.now() });
    if (result.affected === 1) this.#changed(tx, id);
  }

  /** An instance of this revision was ready. */
  async markProven(tx: Tx, { id, revision }: Pick<ServiceRow, 'id' | 'revision'>): Promise<void> {
    const result = await tx.manager.update(ServiceRow, { id, revision }, { provenRevision: revision });
    if (result.affected === 1) this.#changed(tx, id);
  }

  async setScaledTo(tx: Tx, id: string, scaledTo: number | null, scalingReason: string): Promise<void> {
    const result = await tx.manager.update(ServiceRow, { id, deletingAt: IsNull() }, { scaledTo, scalingReason: scalingReason.slice(0, 255) });
    if (result.affected === 1) this.#changed(tx, id);
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await tx.manager.delete(ServiceRow, { id });
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'services', id, kind: 'removed' });
      this.feed.publish({ topic: 'routes', id: 'services', kind: 'changed' });
    });
  }

  #changed(tx: Tx, id: string): void {
    tx.afterCommit(() => {
      this.feed.publish({ topic: 'services', id, kind: 'changed' });
      this.feed.publish({ topic: 'routes', id: 'services', kind: 'changed' });
      this.signals.serviceTouched(id);
    });
  }
}
