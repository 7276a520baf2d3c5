import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Clock } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { InstanceSignals } from '../instances/index.js';
import { Store, type Tx } from '../store/index.js';
import type { ServiceSlot } from './service-slot.js';
import { ServiceRow } from './services.store.js';

/** Service rows. A person writes the spec (and with it the generation); the loop writes `readyAt` and the end. */
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

  async create(tx: Tx, service: Omit<ServiceRow, 'generation' | 'createdAt' | 'deletingAt' | 'readyAt'>): Promise<void> {
    await tx.manager.insert(ServiceRow, { ...service, generation: 1, createdAt: this.clock.now(), deletingAt: null, readyAt: null });
    this.#changed(tx, service.id);
  }

  /** False when the service changed meanwhile or is being deleted: read again. */
  async setSlots(tx: Tx, service: Pick<ServiceRow, 'id' | 'generation'>, slots: readonly ServiceSlot[]): Promise<boolean> {
    const where = { id: service.id, generation: service.generation, deletingAt: IsNull() };
    const result = await tx.manager.update(ServiceRow, where, { slots: [...slots], generation: service.generation + 1 });
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

  async markReady(id: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      const result = await tx.manager.update(ServiceRow, { id, readyAt: IsNull() }, { readyAt: this.clock.now() });
      if (result.affected === 1) this.#changed(tx, id);
    });
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
