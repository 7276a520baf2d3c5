import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { Audit, type Actor } from '../audit/index.js';
import { Clock } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { InstanceRepository, holdsResources, sameWish } from '../instances/index.js';
import { ModelRepository } from '../models/index.js';
import { PlanInputs, planDeployment, planModel, type Plan, type PlanRequest } from '../scheduler/index.js';
import { Store, type Tx } from '../store/index.js';
import { requireFailure, requireFit, requireScaling } from './requirements.js';
import { ServiceEvents, type ServiceEvent } from './service-events.js';
import { ServiceRevisions, type ServiceSpec } from './service-revisions.js';
import { ServiceRepository } from './service.repository.js';
import { resized } from './service-slot.js';
import type { routes } from './services.schema.js';
import type { ServiceRow } from './services.store.js';

export type ServiceUpdate = z.infer<typeof routes.updateService.body>;
export type RetryChange = z.infer<typeof routes.retryService.body>;

interface Planned {
  readonly spec: ServiceSpec;
  /** Whether a second instance has room beside the one it is to replace. */
  readonly roomBeside: boolean;
}

/** Changes of a service that is there: how it runs (a new revision), how many, whether at all. */
@Injectable()
export class ServiceChanges {
  constructor(
    private readonly store: Store,
    private readonly services: ServiceRepository,
    private readonly revisions: ServiceRevisions,
    private readonly instances: InstanceRepository,
    private readonly models: ModelRepository,
    private readonly inputs: PlanInputs,
    private readonly events: ServiceEvents,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** @throws ApiError when the changed service would fit nowhere, even without its present instances */
  async update(service: ServiceRow, update: ServiceUpdate, actor: Actor): Promise<void> {
    const { engine, parameters, contextLength, parallel, networkInterface, replaceAfterMinutes, scaling, wantedInstances, note } = update;
    requireScaling(scaling);
    const asked = { engine, parameters: parameters?.trim(), contextLength, parallel, networkInterface };
    const respecified = Object.values(asked).some((value) => value !== undefined);
    const planned = respecified ? await this.#plan(service, asked) : undefined;
    if (wantedInstances !== undefined && (scaling ?? (scaling === null ? null : service.scaling)) !== null) {
      throw new ApiError('conflict', `${service.name} is scaled by itself: change min and max, or end scaling`, { field: 'wantedInstances' });
    }
    const limits = {
      ...(replaceAfterMinutes === undefined ? {} : { replaceAfterMinutes }), ...(scaling === undefined ? {} : { scaling }),
      ...(wantedInstances === undefined ? {} : { slots: resized(service.slots, wantedInstances) }),
    };
    await this.store.transaction(async (tx) => {
      const revision = planned && !sameWish(planned.spec, service) ? await this.#revise(tx, service, planned, actor, note) : {};
      if (Object.keys({ ...limits, ...revision }).length === 0) return;
      await this.#write(tx, service, { ...limits, ...revision });
      if (wantedInstances !== undefined) await this.#event(tx, service, { code: 'resized', message: `${actor.username} wants ${wantedInstances} instance(s) instead of ${service.slots.length}` });
      await this.audit.record(tx, actor, 'service.update', target(service), { ...asked, replaceAfterMinutes, scaling, wantedInstances, note });
    });
  }

  /** @throws ApiError when there is no such revision, or it would fit nowhere any more */
  async revert(service: ServiceRow, revision: number, actor: Actor): Promise<void> {
    const old = await this.revisions.get(service.id, revision);
    if (!old) throw new ApiError('not-found', `${service.name} has no revision ${revision}`, { field: 'revision' });
    if (revision === service.revision) throw new ApiError('conflict', `${service.name} runs revision ${revision} already`, { field: 'revision' });
    const { engine, parameters, contextLength, parallel, networkInterface } = old;
    const planned = await this.#plan(service, { engine, parameters, contextLength, parallel, networkInterface });
    await this.store.transaction(async (tx) => {
      await this.#write(tx, service, await this.#revise(tx, service, planned, actor, `as revision ${revision}`));
      await this.audit.record(tx, actor, 'service.revert', target(service), { revision });
    });
  }

  /**
   * Everything that failed until now is forgotten and tried at once; with a change, as a new revision.
   * @throws ApiError when nothing failed, or the changed service would fit nowhere
   */
  async retry(service: ServiceRow, { note, ...change }: RetryChange, actor: Actor): Promise<void> {
    const changed = Object.values(change).some((value) => value !== undefined);
    const rows = await this.instances.ofService(service.id);
    requireFailure(service, rows, changed);
    const planned = changed ? await this.#plan(service, { ...change, parameters: change.parameters?.trim() }) : undefined;
    // Never earlier than the last failure, should the clock have been set back since.
    const retriedAt = Math.max(this.clock.now(), ...rows.filter(({ state }) => state === 'failed').map(({ stateSince }) => stateSince));
    await this.store.transaction(async (tx) => {
      const revision = planned && !sameWish(planned.spec, service) ? await this.#revise(tx, service, planned, actor, note) : {};
      await this.#write(tx, service, { ...revision, retriedAt });
      await this.#event(tx, service, { code: 'retried', message: `${actor.username} wants another try of what failed` });
      await this.audit.record(tx, actor, 'service.retry', target(service), { ...change, note });
    });
  }

  async stop(service: ServiceRow, actor: Actor): Promise<void> {
    if (service.stoppedAt !== null) return;
    await this.#switch(service, this.clock.now(), actor, 'stop');
  }

  async start(service: ServiceRow, actor: Actor): Promise<void> {
    if (service.stoppedAt === null) return;
    await this.#switch(service, null, actor, 'start');
  }

  async #switch(service: ServiceRow, stoppedAt: number | null, actor: Actor, deed: 'stop' | 'start'): Promise<void> {
    await this.store.transaction(async (tx) => {
      await this.#write(tx, service, { stoppedAt });
      await this.#event(tx, service, { code: deed === 'stop' ? 'stopped' : 'started', message: `${actor.username} ${deed === 'stop' ? 'stopped' : 'started'} it` });
      await this.audit.record(tx, actor, `service.${deed}`, target(service), {});
    });
  }

  async #revise(tx: Tx, service: ServiceRow, { spec, roomBeside }: Planned, actor: Actor, note: string): Promise<Partial<ServiceRow>> {
    const revision = service.revision + 1;
    await this.revisions.add(tx, { ...spec, serviceId: service.id, revision, note, createdBy: actor.username, createdAt: this.clock.now() });
    await this.#event(tx, service, { code: 'revision', message: `${actor.username} made revision ${revision}${note === '' ? '' : ` (${note})`}; instances are replaced one after the other`, details: { revision } });
    if (!roomBeside && service.stoppedAt === null && service.slots.length === 1) {
      await this.#event(tx, service, { severity: 'warning', code: 'rollout-outage', message: `no node has room for a second instance: calls of ${service.name} fail from the end of the old one until the new one is ready`, details: { revision } });
    }
    return { ...spec, revision };
  }

  async #plan(service: ServiceRow, asked: Pick<ServiceUpdate, 'engine' | 'parameters' | 'contextLength' | 'parallel' | 'networkInterface'>): Promise<Planned> {
    const model = await this.models.get(service.modelId);
    if (!model) throw new ApiError('conflict', `the model of ${service.name} is gone`);
    const [first] = service.slots;
    const networkInterface = asked.networkInterface === undefined ? service.networkInterface : asked.networkInterface;
    const request: PlanRequest = {
      mode: service.mode, engine: asked.engine ?? service.engine, parameters: asked.parameters ?? service.parameters, nodeIds: first?.nodeIds ?? [], cards: first?.cards ?? [],
      contextLength: asked.contextLength ?? service.contextLength, parallel: asked.parallel ?? service.parallel, networkInterface,
    };
    const own = (await this.instances.ofService(service.id)).filter(({ state }) => holdsResources(state)).map(({ id }) => id);
    const [without, now] = await Promise.all([this.inputs.planNodes(service.id, new Set(own)), this.inputs.planNodes(service.id)]);
    const plan = planDeployment(request, planModel(model), without);
    const engine = requireFit(plan);
    return { spec: specOf(request, plan, engine, { networkInterface }), roomBeside: own.length === 0 || planDeployment(request, planModel(model), now).fits };
  }

  async #write(tx: Tx, service: ServiceRow, spec: Partial<ServiceRow>): Promise<void> {
    if (!(await this.services.setSpec(tx, service, spec))) throw new ApiError('conflict', `${service.name} was changed or deleted meanwhile: look again`);
  }

  #event(tx: Tx, { id }: ServiceRow, event: ServiceEvent): Promise<void> {
    return this.events.record(tx, id, event);
  }
}

function specOf({ parameters }: PlanRequest, plan: Plan, engine: ServiceRow['engine'], { networkInterface }: Pick<ServiceRow, 'networkInterface'>): ServiceSpec {
  return { engine, mode: plan.mode, parameters, argv: plan.argv, contextLength: plan.contextLength, parallel: plan.parallel, needBytes: plan.memory.totalBytes, networkInterface };
}

function target({ id, name }: ServiceRow) {
  return { type: 'service', id, name };
}
