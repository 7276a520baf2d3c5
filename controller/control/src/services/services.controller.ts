import { Controller } from '@nestjs/common';
import { ConformanceLoop } from '../conformance/index.js';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { InstanceRepository } from '../instances/index.js';
import type { Plan } from '../scheduler/index.js';
import { Deployment } from './deployment.js';
import { ServiceChanges } from './service-changes.js';
import { ServiceEvents, type ServiceEventView } from './service-events.js';
import { ServiceRevisions, type RevisionView } from './service-revisions.js';
import { ServiceRepository } from './service.repository.js';
import { ServiceViews, type ServiceView } from './service-views.js';
import { routes } from './services.schema.js';
import type { ServiceRow } from './services.store.js';
import { WhatIf, type WhatIfAnswer } from './what-if.js';

@Controller()
export class ServicesController {
  constructor(
    private readonly services: ServiceRepository,
    private readonly serviceViews: ServiceViews,
    private readonly instances: InstanceRepository,
    private readonly deployment: Deployment,
    private readonly changes: ServiceChanges,
    private readonly revisions: ServiceRevisions,
    private readonly events: ServiceEvents,
    private readonly planner: WhatIf,
    private readonly conformance: ConformanceLoop,
  ) {}

  @Endpoint(routes.whatIf)
  whatIf(@Input() { body }: InputOf<typeof routes.whatIf>): Promise<WhatIfAnswer> {
    return this.planner.answer(body.add, body.withoutNodeIds);
  }

  @Endpoint(routes.updateService)
  async updateService(@Input() { params, body }: InputOf<typeof routes.updateService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.changes.update(await this.#service(params.id), body, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.listRevisions)
  async listRevisions(@Input() { params }: InputOf<typeof routes.listRevisions>): Promise<RevisionView[]> {
    return this.revisions.list(await this.#service(params.id));
  }

  @Endpoint(routes.revertService)
  async revertService(@Input() { params, body }: InputOf<typeof routes.revertService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.changes.revert(await this.#service(params.id), body.revision, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.checkConformance)
  async checkConformance(@Input() { params }: InputOf<typeof routes.checkConformance>): Promise<ServiceView> {
    const { id, revision } = await this.#service(params.id);
    await this.conformance.again(id, revision);
    return this.#view(id);
  }

  @Endpoint(routes.stopService)
  async stopService(@Input() { params }: InputOf<typeof routes.stopService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.changes.stop(await this.#service(params.id), caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.startService)
  async startService(@Input() { params }: InputOf<typeof routes.startService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.changes.start(await this.#service(params.id), caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.retryService)
  async retryService(@Input() { params, body }: InputOf<typeof routes.retryService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.changes.retry(await this.#service(params.id), body, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.serviceEvents)
  async serviceEvents(@Input() { params, query }: InputOf<typeof routes.serviceEvents>): Promise<{ items: ServiceEventView[]; next: string | null }> {
    const { id } = await this.#service(params.id);
    return this.events.page(id, query.limit, query.before);
  }

  @Endpoint(routes.listServices)
  listServices(): Promise<ServiceView[]> {
    return this.serviceViews.list();
  }

  @Endpoint(routes.planService)
  planService(@Input() { body }: InputOf<typeof routes.planService>): Promise<Plan> {
    return this.deployment.preview(body);
  }

  @Endpoint(routes.getService)
  getService(@Input() { params }: InputOf<typeof routes.getService>): Promise<ServiceView> {
    return this.#view(params.id);
  }

  @Endpoint(routes.createService)
  async createService(@Input() { body }: InputOf<typeof routes.createService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    return this.#view(await this.deployment.create(body, caller));
  }

  @Endpoint(routes.planInstance)
  async planInstance(@Input() { params, body }: InputOf<typeof routes.planInstance>): Promise<Plan> {
    return this.deployment.previewInstance(await this.#service(params.id), body);
  }

  @Endpoint(routes.addInstance)
  async addInstance(@Input() { params, body }: InputOf<typeof routes.addInstance>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.deployment.addInstance(await this.#service(params.id), body, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.removeInstance)
  async removeInstance(@Input() { params }: InputOf<typeof routes.removeInstance>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    const service = await this.#service(params.id);
    const instance = await this.instances.get(params.instanceId);
    if (!instance || instance.serviceId !== service.id || instance.desired !== 'run') throw new ApiError('not-found', `${service.name} has no such instance`);
    await this.deployment.removeSlot(service, instance.slot, caller);
    return this.#view(params.id);
  }

  @Endpoint(routes.deleteService)
  async deleteService(@Input() { params }: InputOf<typeof routes.deleteService>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    const service = await this.#service(params.id);
    const before = await this.#view(params.id);
    await this.deployment.delete(service, caller);
    return (await this.serviceViews.get(params.id)) ?? { ...before, state: 'deleting' };
  }

  async #service(id: string): Promise<ServiceRow> {
    const service = await this.services.get(id);
    if (!service) throw new ApiError('not-found', 'no service has this id');
    return service;
  }

  async #view(id: string): Promise<ServiceView> {
    const view = await this.serviceViews.get(id);
    if (!view) throw new ApiError('not-found', 'no service has this id');
    return view;
  }
}
