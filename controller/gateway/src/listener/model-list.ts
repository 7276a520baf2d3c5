import type { KeyEntry, Route } from '@openstation/proto';
import { mayCall } from '../auth/index.js';
import type { RouteSnapshot } from '../route-table/index.js';

/** OpenAI's model objects of what a key may call. A service is listed while it is configured, ready or not. */
export function listModels(snapshot: RouteSnapshot, key: KeyEntry) {
  return { object: 'list', data: snapshot.routes.filter((route) => mayCall(key, route.model)).map(modelObject) };
}

/** Undefined when the model does not exist or the key may not call it: the two look the same here. */
export function findModel(snapshot: RouteSnapshot, key: KeyEntry, model: string) {
  const route = mayCall(key, model) ? snapshot.route(model) : undefined;
  return route && modelObject(route);
}

function modelObject(route: Route) {
  return { id: route.model, object: 'model', created: Math.floor(route.createdAtMs / 1000), owned_by: 'openstation' };
}
