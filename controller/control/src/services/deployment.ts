import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { PlanInputs, planDeployment, planModel, type Plan } from '../scheduler/index.js';
import { Store, isUniqueViolation, newId } from '../store/index.js';
import { requireFit, requireKnown, requireScaling, requireUsable } from './requirements.js';
import { ServiceEvents } from './service-events.js';
import { ServiceRevisions } from './service-revisions.js';
import { ServiceRepository } from './service.repository.js';
import { MOST_INSTANCES, withSlot, type ServiceSlot } from './service-slot.js';
import type { serviceRequest } from './services.schema.js';
import type { ServiceRow } from './services.store.js';

export type ServiceRequest = z.infer<typeof serviceRequest>;
/** Where a person wants an instance; empty: anywhere. */
type Place = Required<Omit<ServiceSlot, 'slot'>>;

/** What people do to services. Each deed writes the spec and its audit record, and starts nothing itself. */
@Injectable()
export class Deployment {
  constructor(
    private readonly store: Store,
    private readonly services: ServiceRepository,
    private readonly revisions: ServiceRevisions,
    private readonly events: ServiceEvents,
    private readonly models: ModelRepository,
    private readonly inputs: PlanInputs,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async preview(request: ServiceRequest): Promise<Plan> {
    return this.#plan(request, await this.#model(request.modelId));
  }

  /** @throws ApiError when nothing fits, with the reasons per node */
  async create(request: ServiceRequest, actor: Actor): Promise<string> {
    requireScaling(request.scaling);
    const model = await this.#model(request.modelId);
    requireUsable(model, model);
    const plan = await this.#plan(request, model);
    const engine = requireFit(plan);
    const id = newId();
    const { networkInterface, replaceAfterMinutes, scaling } = request;
    const first = { nodeIds: request.nodeIds, ...(request.cards.length > 0 ? { cards: request.cards } : {}) };
    const slots = Array.from({ length: request.instances }, (_, slot) => (slot === 0 ? { slot, ...first } : { slot, nodeIds: [] }));
    const spec = { engine, mode: plan.mode, parameters: request.parameters.trim(), argv: plan.argv, contextLength: plan.contextLength, parallel: plan.parallel, needBytes: plan.memory.totalBytes, networkInterface };
    try {
      await this.store.transaction(async (tx) => {
        // Planning took a while: held from here on, the model can neither go nor lose its approval before the service is written.
        requireUsable(await this.models.holdReady(tx, model.id), model);
        await this.services.create(tx, { ...spec, id, name: request.name, modelId: model.id, slots, createdBy: actor.username, replaceAfterMinutes, scaling });
        await this.revisions.add(tx, { ...spec, serviceId: id, revision: 1, note: '', createdBy: actor.username, createdAt: this.clock.now() });
        await this.events.record(tx, id, { code: 'created', message: `${actor.username} deployed it with ${request.instances} instance(s)` });
        await this.audit.record(tx, actor, 'service.create', { type: 'service', id, name: request.name }, { model: model.name, engine, mode: plan.mode, instances: request.instances, parameters: request.parameters });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a service named ${request.name} is there already, or is still being deleted: choose another name`, { field: 'name' });
      throw error;
    }
    return id;
  }

  /** Where one more instance would go. @throws ApiError when a named node is not there */
  async previewInstance(service: ServiceRow, place: Place): Promise<Plan> {
    const { mode, engine, parameters, contextLength, parallel, networkInterface } = service;
    const nodes = await this.inputs.planNodes(service.id);
    requireKnown(nodes, place);
    return planDeployment({ mode, engine, parameters, contextLength, parallel, networkInterface, ...place }, planModel(await this.#model(service.modelId)), nodes);
  }

  /** @throws ApiError when it does not fit there, with the reasons per node */
  async addInstance(service: ServiceRow, place: Place, actor: Actor): Promise<void> {
    if (service.scaling !== null) throw new ApiError('conflict', `${service.name} is scaled by itself: change its limits instead`, { field: 'scaling' });
    if (service.slots.length >= MOST_INSTANCES) throw new ApiError('invalid', `a service has at most ${MOST_INSTANCES} instances`);
    requireFit(await this.previewInstance(service, place));
    const { nodeIds, cards } = place;
    await this.#changeSlots(service, withSlot(service.slots, { nodeIds, ...(cards.length > 0 ? { cards } : {}) }), actor, 'instance-add');
  }

  async removeSlot(service: ServiceRow, slot: number, actor: Actor): Promise<void> {
    await this.#changeSlots(service, service.slots.filter((one) => one.slot !== slot), actor, 'instance-remove');
  }

  async delete(service: ServiceRow, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      if (!(await this.services.setDeleting(tx, service.id))) return;
      await this.audit.record(tx, actor, 'service.delete', { type: 'service', id: service.id, name: service.name }, { instances: service.slots.length });
    });
  }

  async #changeSlots(service: ServiceRow, slots: ServiceSlot[], actor: Actor, deed: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      if (!(await this.services.setSpec(tx, service, { slots }))) throw new ApiError('conflict', `${service.name} was changed or deleted meanwhile: look again`);
      await this.events.record(tx, service.id, { code: deed, message: `${actor.username} wants ${slots.length} instance(s) instead of ${service.slots.length}` });
      await this.audit.record(tx, actor, `service.${deed}`, { type: 'service', id: service.id, name: service.name }, { before: service.slots.length, after: slots.length });
    });
  }

  async #model(id: string): Promise<ModelRow> {
    const model = await this.models.get(id);
    if (!model) throw new ApiError('bad-request', 'no model has this id', { field: 'modelId' });
    return model;
  }

  async #plan(request: ServiceRequest, model: ModelRow): Promise<Plan> {
    const nodes = await this.inputs.planNodes();
    requireKnown(nodes, request);
    const { mode, engine, parameters, nodeIds, cards, contextLength, parallel, networkInterface } = request;
    return planDeployment({ mode, engine, parameters, nodeIds, cards, contextLength, parallel, networkInterface }, planModel(model), nodes);
  }
}
