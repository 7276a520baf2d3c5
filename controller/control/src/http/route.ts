import type { z } from 'zod';
import type { Permission } from '../users/permissions.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One REST route, declared once: the router, the permission check, input validation and the OpenAPI
 * document are all read from it. Paths are relative to `/api/v1` and write parameters as `:name`.
 */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  /** `public`: no session needed. `self`: any signed-in person, also before the first password change. */
  readonly can: Permission | 'public' | 'self' | 'signed-in';
  readonly summary: string;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** Success status; 200 when absent, 204 when there is no response schema. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Declared, its handler not written yet: left out of the router, the permission matrix and the document's promises. */
  readonly pending?: boolean;
  /** Answer is `text/event-stream`; `response` then describes the data of one event. */
  readonly stream?: boolean;
}

export type RouteTable = Readonly<Record<string, Route>>;

/** Keeps the literal types of a route table. */
export function defineRoutes<const T extends RouteTable>(table: T): T {
  return table;
}
