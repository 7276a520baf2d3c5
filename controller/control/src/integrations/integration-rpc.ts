import { Injectable, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { IntegrationServer } from '@openstation/proto';
import { ModelsController } from '../models/index.js';
import { routes as models } from '../models/models.schema.js';
import { NodesController } from '../nodes/index.js';
import { routes as nodes } from '../nodes/nodes.schema.js';
import { ServicesController } from '../services/index.js';
import { routes as services } from '../services/services.schema.js';
import { UsageController } from '../usage/index.js';
import { routes as usage } from '../usage/usage.schema.js';
import { buildOpenApi } from '../http/index.js';
import { routes as system } from '../settings/settings.schema.js';
import { EventWatch } from './event-watch.js';
import { Invoke } from './invoke.js';
import { IntegrationDoor } from './integration-door.js';
import { ServiceWatch } from './service-watch.js';
import { callQuery, callToWire } from './wire/calls.js';
import { modelToWire } from './wire/models.js';
import { nodeToWire } from './wire/nodes.js';
import { planToWire } from './wire/plans.js';
import { serviceToWire, serviceWish } from './wire/services.js';

/**
 * Every method is a REST route under another name: the same handler does the work, and the route's entry says who may and
 * what input is right. What a handler records and refuses is therefore the same on both ways in.
 */
@Injectable()
export class IntegrationRpc {
  constructor(
    private readonly door: IntegrationDoor,
    private readonly watch: ServiceWatch,
    private readonly events: EventWatch,
    private readonly invoke: Invoke,
    private readonly modules: ModuleRef,
  ) {}

  /** Call when all rooms are made. */
  implementation(): IntegrationServer {
    const { door } = this;
    const node = this.#handlers(NodesController);
    const model = this.#handlers(ModelsController);
    const service = this.#handlers(ServicesController);
    const usages = this.#handlers(UsageController);
    return {
      listNodes: door.unary({ route: nodes.listNodes, input: () => ({}), handle: () => node.listNodes(), reply: (views) => ({ nodes: views.map(nodeToWire) }) }),
      getNode: door.unary({ route: nodes.getNode, input: ({ id }) => ({ params: { id } }), handle: (input) => node.getNode(input), reply: nodeToWire }),
      listModels: door.unary({ route: models.listModels, input: () => ({}), handle: () => model.listModels(), reply: (views) => ({ models: views.map(modelToWire) }) }),
      listServices: door.unary({ route: services.listServices, input: () => ({}), handle: () => service.listServices(), reply: (views) => ({ services: views.map(serviceToWire) }) }),
      getService: door.unary({ route: services.getService, input: ({ id }) => ({ params: { id } }), handle: (input) => service.getService(input), reply: serviceToWire }),
      planService: door.unary({ route: services.planService, input: (wish) => ({ body: serviceWish(wish) }), handle: (input) => service.planService(input), reply: planToWire }),
      createService: door.unary({ route: services.createService, input: (wish) => ({ body: serviceWish(wish) }), handle: (input, caller) => service.createService(input, caller), reply: serviceToWire }),
      deleteService: door.unary({ route: services.deleteService, input: ({ id }) => ({ params: { id } }), handle: (input, caller) => service.deleteService(input, caller), reply: serviceToWire }),
      addInstance: door.unary({
        route: services.addInstance, input: ({ serviceId, nodeIds }) => ({ params: { id: serviceId }, body: { nodeIds } }),
        handle: (input, caller) => service.addInstance(input, caller), reply: serviceToWire,
      }),
      removeInstance: door.unary({
        route: services.removeInstance, input: ({ serviceId, instanceId }) => ({ params: { id: serviceId, instanceId } }),
        handle: (input, caller) => service.removeInstance(input, caller), reply: serviceToWire,
      }),
      listCalls: door.unary({
        route: usage.listCalls, input: (request) => ({ query: callQuery(request) }),
        handle: (input, caller) => usages.listCalls(caller, input), reply: ({ items, next }) => ({ calls: items.map(callToWire), next: next ?? undefined }),
      }),
      watchServices: (stream) => void this.watch.open(stream),
      invoke: (call, done) => void this.invoke.answer(call, done),
      describeApi: door.unary({ route: system.getSystem, input: () => ({}), handle: () => JSON.stringify(buildOpenApi('v1')), reply: (openapiJson) => ({ openapiJson }) }),
      watchEvents: (stream) => void this.events.open(stream),
    };
  }

  /** The REST API's own handlers: modules export no controllers. */
  #handlers<T>(controller: Type<T>): T {
    return this.modules.get(controller, { strict: false });
  }
}
