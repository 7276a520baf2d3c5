import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { ApiError } from '../http/index.js';
import { ModelRepository, type ModelRow } from '../models/index.js';
import { PlanInputs, planDeployment, planModel, type Plan } from '../scheduler/index.js';
import { Store, isUniqueViolation, newId } from '../store/index.js';
import { ServiceRepository } from './service.repository.js';
import type { serviceRequest } from './services.schema.js';
import type { ServiceRow } from './services.store.js';

export type ServiceRequest = z.infer<typeof serviceRequest>;

/** What people do to services. Each deed writes the spec and its audit record, and starts nothing itself. */
@Injectable()
export class Deployment {
  constructor(
    private readonly store: Store,
    private readonly services: ServiceRepository,
    private readonly models: ModelRepository,
    private readonly inputs: PlanInputs,
    private readonly audit: Audit,
  ) {}

  async preview(request: ServiceRequest): Promise<Plan> {
    return this.#plan(request, await this.#model(request.modelId));
  }

  /** @throws ApiError when nothing fits, with the reasons per node */
  async create(request: ServiceRequest, actor: Actor): Promise<string> {
    const model = await this.#model(request.modelId);
    requireUsable(model, model);
    const plan = await this.#plan(request, model);
    const engine = requireFit(plan);
    const id = newId();
    const slots = Array.from({ length: request.instances }, (_, slot) => ({ slot, nodeIds: slot === 0 ? request.nodeIds : [] }));
    try {
      await this.store.transaction(async (tx) => {
        // Planning took a while: held from here on, the model can neither go nor lose its approval before the service is written.
        requireUsable(await this.models.holdReady(tx, model.id), model);
        await this.services.create(tx, {
          id, name: request.name, modelId: model.id, engine, mode: plan.mode, parameters: request.parameters.trim(), argv: plan.argv,
          contextLength: plan.contextLength, parallel: plan.parallel, needBytes: plan.memory.totalBytes, slots, createdBy: actor.username,
          replaceAfterMinutes: request.replaceAfterMinutes,
        });
        await this.audit.record(tx, actor, 'service.create', { type: 'service', id, name: request.name }, { model: model.name, engine, mode: plan.mode, instances: request.instances, parameters: request.parameters });
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('conflict', `a service named ${request.name} is there already, or is still being deleted: choose another name`, { field: 'name' });
      throw error;
    }
    return id;
  }

  async addInstance(service: ServiceRow, nodeIds: readonly string[], actor: Actor): Promise<void> {
    const { mode, engine, parameters, contextLength, parallel } = service;
    const request = { mode, engine, parameters, contextLength, parallel, nodeIds };
    requireFit(planDeployment(request, planModel(await this.#model(service.modelId)), await this.inputs.planNodes(service.id)));
    const used = new Set(service.slots.map(({ slot }) => slot));
    const slot = service.slots.findIndex((_, index) => !used.has(index));
    const slots = [...service.slots, { slot: slot < 0 ? service.slots.length : slot, nodeIds: [...nodeIds] }];
    if (slots.length > 64) throw new ApiError('invalid', 'a service has at most 64 instances');
    await this.#changeSlots(service, slots, actor, 'service.instance-add');
  }

  async removeSlot(service: ServiceRow, slot: number, actor: Actor): Promise<void> {
    await this.#changeSlots(service, service.slots.filter((one) => one.slot !== slot), actor, 'service.instance-remove');
  }

  async delete(service: ServiceRow, actor: Actor): Promise<void> {
    await this.store.transaction(async (tx) => {
      if (!(await this.services.setDeleting(tx, service.id))) return;
      await this.audit.record(tx, actor, 'service.delete', { type: 'service', id: service.id, name: service.name }, { instances: service.slots.length });
    });
  }

  async #changeSlots(service: ServiceRow, slots: ServiceRow['slots'], actor: Actor, verb: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      if (!(await this.services.setSlots(tx, service, slots))) throw new ApiError('conflict', `${service.name} was changed or deleted meanwhile: look again`);
      await this.audit.record(tx, actor, verb, { type: 'service', id: service.id, name: service.name }, { before: service.slots.length, after: slots.length });
    });
  }

  async #model(id: string): Promise<ModelRow> {
    const model = await this.models.get(id);
    if (!model) throw new ApiError('bad-request', 'no model has this id', { field: 'modelId' });
    return model;
  }

  async #plan(request: ServiceRequest, model: ModelRow): Promise<Plan> {
    const nodes = await this.inputs.planNodes();
    const unknown = request.nodeIds.find((nodeId) => !nodes.some(({ id }) => id === nodeId));
    if (unknown !== undefined) throw new ApiError('bad-request', `no node has the id ${unknown}`, { field: 'nodeIds' });
    const { mode, engine, parameters, nodeIds, contextLength, parallel } = request;
    return planDeployment({ mode, engine, parameters, nodeIds, contextLength, parallel }, planModel(model), nodes);
  }
}

/** @throws ApiError when the model is not ready, or would run code nobody allowed */
function requireUsable(now: ModelRow | undefined, { name }: ModelRow): void {
  if (now?.state !== 'ready') throw new ApiError('conflict', `the model ${name} is ${now?.state ?? 'being deleted'}, not ready`, { field: 'modelId' });
  if (now.codeFiles !== null && now.codeApprovedBy === null) {
    throw new ApiError('conflict', `the model ${name} runs code of its own when it is loaded (${now.codeFiles.slice(0, 3).join(', ')}): an administrator must approve that first`, { field: 'modelId' });
  }
}

/** @throws ApiError naming the field that stands in the way */
function requireFit(plan: Plan): ServiceRow['engine'] {
  const [problem] = plan.notes.filter(({ level }) => level === 'error');
  if (problem || !plan.fits || plan.engine === null) {
    const code = problem?.code === 'parameter' ? 'bad-request' : 'invalid';
    throw new ApiError(code, problem?.message ?? 'nothing fits', { ...(problem?.field ? { field: problem.field } : {}), details: { rejected: plan.rejected, memory: plan.memory } });
  }
  return plan.engine;
}
