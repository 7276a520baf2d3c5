import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { z } from 'zod';
import { Clock } from '../config/index.js';
import { Views } from '../events/index.js';
import { ConformanceResults, conformanceView } from '../conformance/index.js';
import { EngineUses } from '../engines/index.js';
import { InstanceRepository, InstanceViews, type InstanceRow, type InstanceView } from '../instances/index.js';
import { ModelRepository, ModelUses, type ModelRow, type ModelUse } from '../models/index.js';
import { NodeRepository, type NodeRow } from '../nodes/index.js';
import { observedInstance } from './observed-instance.js';
import { failedForGood, retryAt } from './retry.js';
import { rolloutFailed } from './rollout.machine.js';
import { effectiveSlots } from './service-slot.js';
import { ServiceRepository } from './service.repository.js';
import { serviceStatus } from './service-status.js';
import type { serviceSchema } from './services.schema.js';
import { ServiceRow } from './services.store.js';

export type ServiceView = z.infer<typeof serviceSchema>;

/** Services as people see them. */
@Injectable()
export class ServiceViews implements OnModuleInit {
  constructor(
    private readonly services: ServiceRepository,
    private readonly instances: InstanceRepository,
    private readonly instanceViews: InstanceViews,
    private readonly nodes: NodeRepository,
    private readonly models: ModelRepository,
    private readonly modelUses: ModelUses,
    private readonly engineUses: EngineUses,
    private readonly conformance: ConformanceResults,
    private readonly views: Views,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.views.register('services', (id) => this.get(id));
    this.modelUses.provide(() => this.#usesOfModels());
    this.engineUses.provide(async (manager, engine) => (await manager.findBy(ServiceRow, { engine: engine as ServiceRow['engine'] })).map(({ name }) => name));
  }

  async list(): Promise<ServiceView[]> {
    const [services, rows, views, nodes, models, tried] = await Promise.all([this.services.list(), this.instances.list(), this.instanceViews.all(), this.nodes.list(), this.models.list(), this.conformance.all()]);
    return services.map((service) => {
      const mine = rows.filter(({ serviceId }) => serviceId === service.id);
      const model = models.find(({ id }) => id === service.modelId);
      return { ...this.#view(service, mine, views.filter(({ serviceId }) => serviceId === service.id), nodes, model), conformance: conformanceView(tried, service.id, service.revision) };
    });
  }

  async get(id: string): Promise<ServiceView | undefined> {
    const service = await this.services.get(id);
    if (!service) return undefined;
    const [rows, views, nodes, model, tried] = await Promise.all([this.instances.ofService(id), this.instanceViews.ofService(id), this.nodes.list(), this.models.get(service.modelId), this.conformance.of(id)]);
    return { ...this.#view(service, rows, views, nodes, model), conformance: conformanceView(tried, id, service.revision) };
  }

  #view(service: ServiceRow, rows: readonly InstanceRow[], views: InstanceView[], nodes: readonly NodeRow[], model: ModelRow | undefined): Omit<ServiceView, 'conformance'> {
    const now = this.clock.now();
    const slots = effectiveSlots(service);
    const observed = rows.filter(({ releasedAt, desired }) => desired === 'run' || releasedAt === null).map((row) => {
      const seen = observedInstance(row, service, { nodes, now });
      return { ...seen, phase: row.phase, percent: row.percent, failedForGood: failedForGood(seen), retryAt: retryAt(seen), diagnosis: row.diagnosis?.title, firstStart: row.readyAt === null && row.attempt === 0 && row.previousNodeId === null };
    });
    const living = observed.filter(({ desired }) => desired === 'run');
    const rollout = { revision: service.revision, failed: rolloutFailed({ slots, deletingAt: undefined, revision: service.revision, provenRevision: service.provenRevision ?? undefined }, living), outdated: living.filter(({ outdated }) => outdated).length };
    const status = serviceStatus({ wanted: slots.map(({ slot }) => slot), stopped: service.stoppedAt !== null, asleep: service.scaling !== null && service.scaledTo === 0 ? service.scalingReason : undefined, deleting: service.deletingAt !== null, wasReady: service.readyAt !== null, rollout }, observed, now);
    return {
      id: service.id, name: service.name, modelId: service.modelId, modelName: model?.name ?? '', modelPath: model ? this.models.rootOf(model) : '',
      engine: service.engine, mode: service.mode, parameters: service.parameters, argv: service.argv, contextLength: service.contextLength, parallel: service.parallel,
      wantedInstances: service.scaling !== null && service.scaledTo !== null ? service.scaledTo : service.slots.length, readyInstances: status.readyInstances, state: status.state, percent: status.percent, phase: status.phase, message: status.message,
      revision: service.revision, outdatedInstances: rollout.outdated, stopped: service.stoppedAt !== null, replaceAfterMinutes: service.replaceAfterMinutes, scaling: service.scaling,
      scalingReason: service.scaling === null ? '' : service.scalingReason, networkInterface: service.networkInterface,
      instances: views, generation: service.generation, createdAt: new Date(service.createdAt).toISOString(), createdBy: service.createdBy,
      readyAt: service.readyAt === null ? null : new Date(service.readyAt).toISOString(),
    };
  }

  async #usesOfModels(): Promise<ReadonlyMap<string, readonly ModelUse[]>> {
    const uses = new Map<string, ModelUse[]>();
    for (const { id, name, modelId } of await this.services.list()) uses.set(modelId, [...(uses.get(modelId) ?? []), { id, name }]);
    return uses;
  }
}
