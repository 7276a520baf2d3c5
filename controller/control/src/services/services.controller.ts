import { Controller } from '@nestjs/common';
import { ApiError, Caller, Endpoint, Input, type CallerIdentity, type InputOf } from '../http/index.js';
import { InstanceRepository } from '../instances/index.js';
import type { Plan } from '../scheduler/index.js';
import { Deployment } from './deployment.js';
import { ServiceRepository } from './service.repository.js';
import { ServiceViews, type ServiceView } from './service-views.js';
import { routes } from './services.schema.js';
import type { ServiceRow } from './services.store.js';

@Controller()
export class ServicesController {
  constructor(
    private readonly services: ServiceRepository,
    private readonly serviceViews: ServiceViews,
    private readonly instances: InstanceRepository,
    private readonly deployment: Deployment,
  ) {}

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

  @Endpoint(routes.addInstance)
  async addInstance(@Input() { params, body }: InputOf<typeof routes.addInstance>, @Caller() caller: CallerIdentity): Promise<ServiceView> {
    await this.deployment.addInstance(await this.#service(params.id), body.nodeIds, caller);
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
