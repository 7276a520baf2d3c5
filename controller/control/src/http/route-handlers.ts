import { Injectable, type ExecutionContext, type OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { ModulesContainer } from '@nestjs/core';
import { routesByTag } from './all-routes.js';
import type { Caller } from './caller.js';
import { routeOf, type RawInput } from './endpoint.js';
import { ApiError } from './errors.js';
import type { Route } from './route.js';

interface Handler {
  readonly instance: object;
  readonly method: (...args: unknown[]) => unknown;
}

/** What a parameter decorator left behind (`createParamDecorator`). */
interface Parameter {
  readonly index: number;
  readonly factory?: (data: unknown, context: ExecutionContext) => unknown;
  readonly data?: unknown;
}

/** The REST API's handlers by operation, for those who call them by another way than HTTP. */
@Injectable()
export class RouteHandlers implements OnModuleInit {
  readonly #handlers = new Map<Route, Handler>();

  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    for (const module of this.modules.values()) for (const { metatype, instance } of module.controllers.values()) this.#collect(metatype, instance);
  }

  /**
   * The route of an operation id of the OpenAPI document.
   * @throws ApiError `not-found`, also for what only a browser can do: streams and signing in
   */
  route(operation: string): Route {
    for (const table of Object.values(routesByTag)) {
      const route = Object.hasOwn(table, operation) ? table[operation] : undefined;
      if (!route || !this.#handlers.has(route)) continue;
      if (!route.stream && route.can !== 'public' && route.can !== 'self') return route;
      throw new ApiError('not-found', `${operation} stays with HTTP, as all streams and what belongs to signing in: ${route.method} /api/v1${route.path}`, { field: 'operation' });
    }
    throw new ApiError('not-found', `there is no operation "${operation.slice(0, 64)}": the OpenAPI document lists them`, { field: 'operation' });
  }

  /** Runs a handler with input as it came over another way; the caller was admitted before. @throws ApiError as over HTTP */
  async invoke(route: Route, input: RawInput, caller: Caller): Promise<unknown> {
    const handler = this.#handlers.get(route);
    if (!handler) throw new Error('the route has no handler');
    const { instance, method } = handler;
    const request = { ...input, caller, headers: {} };
    const context = { getHandler: () => method, getClass: () => instance.constructor, switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
    const args: unknown[] = [];
    for (const { index, factory, data } of parametersOf(instance, method.name)) args[index] = factory?.(data, context);
    return method.apply(instance, args);
  }

  #collect(metatype: unknown, instance: object): void {
    if (typeof metatype !== 'function') return;
    const prototype = metatype.prototype as Record<string, Handler['method']>;
    for (const key of Object.getOwnPropertyNames(prototype)) {
      const method = prototype[key];
      if (typeof method !== 'function' || !Reflect.hasMetadata(METHOD_METADATA, method)) continue;
      const route = routeOf(method);
      if (route) this.#handlers.set(route, { instance, method });
    }
  }
}

function parametersOf(instance: object, name: string): readonly Parameter[] {
  return Object.values((Reflect.getMetadata(ROUTE_ARGS_METADATA, instance.constructor, name) ?? {}) as Record<string, Parameter>);
}
