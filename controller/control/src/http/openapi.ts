import { z } from 'zod';
import { routesByTag } from './all-routes.js';
import { errorSchema } from './common.schema.js';
import type { Route } from './route.js';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the REST API, made from the route tables alone: no server needed. */
export function buildOpenApi(version: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const [tag, table] of Object.entries(routesByTag)) {
    for (const [operationId, route] of Object.entries(table)) {
      const path = route.path.replace(/:(\w+)/g, '{$1}');
      paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(tag, operationId, route, schemas) };
    }
  }
  reference(errorSchema, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'OpenStation', version, description: 'REST API of the controller.', license: { name: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    paths: sorted(paths),
    components: {
      schemas: sorted(schemas),
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-osid' } },
    },
    security: [{ session: [] }],
  };
}

function operation(tag: string, operationId: string, route: Route, schemas: Json): Json {
  const status = String(route.status ?? (route.response ? 200 : 204));
  const mediaType = route.stream ? 'text/event-stream' : 'application/json';
  const success = route.response
    ? { description: 'Success', content: { [mediaType]: { schema: reference(route.response, 'output', schemas) } } }
    : { description: 'Done' };
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    'x-permission': route.can,
    ...(route.can === 'public' ? { security: [] } : {}),
    parameters: [...pathParameters(route), ...queryParameters(route)],
    ...(route.body
      ? { requestBody: { required: !route.body.safeParse(undefined).success, content: { 'application/json': { schema: reference(route.body, 'input', schemas) } } } }
      : {}),
    responses: {
      [status]: success,
      default: { description: 'Error', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } },
    },
  };
}

function pathParameters(route: Route): Json[] {
  return [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
}

function queryParameters(route: Route): Json[] {
  if (!route.query) return [];
  const schema = jsonSchema(route.query, 'input', {}) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name, in: 'query', required: schema.required?.includes(name) ?? false, schema: property,
  }));
}

function reference(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  return jsonSchema(schema, io, schemas);
}

/** Moves every named schema into `components` and leaves references in its place. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const { $schema: _dialect, $defs, ...body } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json & { $defs?: Json };
  for (const [name, definition] of Object.entries($defs ?? {})) schemas[name] ??= rewrite(definition);
  const named = schema.meta()?.['id'];
  if (typeof named !== 'string') return rewrite(body) as Json;
  schemas[named] ??= rewrite(omitId(body));
  return { $ref: `#/components/schemas/${named}` };
}

function rewrite(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewrite);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Json)
      .filter(([key]) => key !== 'id' || typeof (value as Json)['id'] !== 'string')
      .map(([key, entry]) => [key, key === '$ref' && typeof entry === 'string' ? entry.replace('#/$defs/', '#/components/schemas/') : rewrite(entry)]),
  );
}

function omitId({ id: _id, ...rest }: Json): Json {
  return rest;
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
