import { Injectable } from '@nestjs/common';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { Store } from '../store/index.js';
import { checkCustomEngine } from './check-custom-engine.js';
import { customEngine } from './custom-engine.js';
import type { Engine } from './engine.js';
import { EngineUses } from './engine-uses.js';
import { customEngineId } from './engines.schema.js';
import { CustomEngineRow, type CustomEngine } from './engines.store.js';

/** Engines that administrators describe. A change rules over later starts only. */
@Injectable()
export class CustomEngines {
  constructor(
    private readonly store: Store,
    private readonly uses: EngineUses,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<CustomEngine[]> {
    const rows = await this.store.manager.find(CustomEngineRow, { order: { id: 'ASC' } });
    return rows.map(({ id, definition }) => ({ ...definition, id }));
  }

  /** As the planner and the scheduler take them. */
  async engines(): Promise<Engine[]> {
    return (await this.list()).map(customEngine);
  }

  /** @throws ApiError naming the field */
  async save(wanted: string, definition: Omit<CustomEngine, 'id'>, actor: Actor): Promise<CustomEngine> {
    const id = readId(wanted);
    checkCustomEngine(definition);
    await this.store.transaction(async (tx) => {
      const before = await tx.manager.findOneBy(CustomEngineRow, { id });
      const { image, entrypoint, argv } = definition;
      await this.audit.record(tx, actor, before ? 'engine.update' : 'engine.create', { type: 'engine', id, name: definition.name }, { image, entrypoint, argv, ...(before ? { imageBefore: before.definition.image, argvBefore: before.definition.argv } : {}) });
      const used = before && before.definition.hardware !== definition.hardware ? await this.uses.names(tx.manager, id) : [];
      if (used.length > 0) throw new ApiError('in-use', `hardware: ${used.join(', ')} run on it: other hardware needs an engine of another name`, { field: 'hardware' });
      await tx.manager.delete(CustomEngineRow, { id });
      await tx.manager.insert(CustomEngineRow, { id, definition, changedAt: this.clock.now() });
    });
    return { ...definition, id };
  }

  /** @throws ApiError while a service uses it */
  async delete(wanted: string, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      const found = await tx.manager.findOneBy(CustomEngineRow, { id: wanted as CustomEngine['id'] });
      if (!found) throw new ApiError('not-found', `no engine of one's own is called ${wanted}`);
      // The record takes the lock that every deed takes, so that no service is written between the question and the end.
      await this.audit.record(tx, actor, 'engine.delete', { type: 'engine', id: found.id, name: found.definition.name });
      const used = await this.uses.names(tx.manager, found.id);
      if (used.length > 0) throw new ApiError('in-use', `${found.definition.name} is used by ${used.join(', ')}: delete these services or give them another engine first`, { details: { services: used } });
      await tx.manager.delete(CustomEngineRow, { id: found.id });
    });
  }
}

function readId(wanted: string): CustomEngine['id'] {
  const { data } = customEngineId.safeParse(wanted);
  if (data === undefined) throw new ApiError('invalid', 'id: must look like custom-name, with up to 24 small letters, digits and dashes after the first dash', { field: 'id' });
  return data;
}
