import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { ModulesContainer } from '@nestjs/core';
import { routesByTag } from './all-routes.js';
import { routeOf } from './endpoint.js';

/**
 * Compares controllers with the route tables. Every handler must belong to a table entry, because that is where
 * its permission stands; every entry must have exactly one handler.
 * @throws Error naming every fault, before the server listens.
 */
export function requireEndpoints(modules: ModulesContainer): void {
  const faults: string[] = [];
  const handled = new Map<object, string>();
  for (const { name, handler } of handlersOf(modules)) {
    const route = routeOf(handler);
    if (!route) faults.push(`${name} handles ${describe(handler)} without @Endpoint`);
    else if (handled.has(route)) faults.push(`${name} and ${handled.get(route) ?? ''} handle the same route`);
    else handled.set(route, name);
  }
  for (const [tag, table] of Object.entries(routesByTag)) {
    for (const [operation, route] of Object.entries(table)) if (!route.pending && !handled.has(route)) faults.push(`route ${tag}.${operation} has no handler`);
  }
  if (faults.length > 0) throw new Error(`the REST API is not complete:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

function* handlersOf(modules: ModulesContainer): Generator<{ name: string; handler: object }> {
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) {
      if (typeof metatype !== 'function') continue;
      const prototype = metatype.prototype as Record<string, unknown>;
      for (const key of Object.getOwnPropertyNames(prototype)) {
        const handler = prototype[key];
        if (typeof handler === 'function' && Reflect.hasMetadata(METHOD_METADATA, handler)) yield { name: `${metatype.name}.${key}`, handler };
      }
    }
  }
}

function describe(handler: object): string {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod;
  return `${RequestMethod[method]} ${String(Reflect.getMetadata(PATH_METADATA, handler))}`;
}
