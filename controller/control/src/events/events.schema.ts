import { z } from 'zod';
import { defineRoutes } from '../http/route.js';

/**
 * One change a console should show. `changed` carries the whole new view (Node, Model, ModelFamily, Service, Operation, Overview)
 * as the list route would; `removed` only the id. On (re)connect the first event is `hello`: fetch lists again.
 */
export const eventSchema = z
  .object({
    topic: z.enum(['hello', 'nodes', 'models', 'catalog', 'services', 'operations', 'overview', 'users', 'keys', 'settings']),
    kind: z.enum(['changed', 'removed']), id: z.string(), value: z.unknown(),
  })
  .meta({ id: 'ConsoleEvent' });

export const routes = defineRoutes({
  events: { method: 'GET', path: '/events', can: 'signed-in', summary: 'Changes as they happen; only of topics the caller may read', stream: true, response: eventSchema },
});
