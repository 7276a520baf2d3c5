import { HttpCode, RequestMapping, RequestMethod, SetMetadata, applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { z } from 'zod';
import type { Caller as CallerIdentity } from './caller.js';
import { ApiError } from './errors.js';
import type { ApiRequest } from './request.js';
import type { Route } from './route.js';

export const API_PREFIX = '/api/v1';
export const ROUTE_METADATA = 'openstation:route';

type ParamNames<P extends string> = P extends `${string}:${infer Name}/${infer Rest}` ? Name | ParamNames<`/${Rest}`> : P extends `${string}:${infer Name}` ? Name : never;
type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

/** Checked input of a route: `@Input() { params, body }: InputOf<typeof routes.updateUser>`. */
export interface InputOf<R extends Route> {
  readonly params: { readonly [K in ParamNames<R['path']>]: string };
  readonly query: Parsed<R['query']>;
  readonly body: Parsed<R['body']>;
}

/** Makes a controller method the handler of a route: method, path, status, permission and input all come from its table entry. */
export function Endpoint(route: Route): MethodDecorator {
  return applyDecorators(
    RequestMapping({ method: RequestMethod[route.method], path: API_PREFIX + route.path }),
    HttpCode(route.status ?? (route.response ? 200 : 204)),
    SetMetadata(ROUTE_METADATA, route),
  );
}

export function routeOf(handler: object): Route | undefined {
  return Reflect.getMetadata(ROUTE_METADATA, handler) as Route | undefined;
}

/** The input, checked against the route's schemas. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const route = routeOf(context.getHandler());
  if (!route) throw new Error('@Input() needs @Endpoint()');
  return checkInput(route, context.switchToHttp().getRequest<ApiRequest>());
});

/** Input as it came, before anybody looked at it. */
export type RawInput = Partial<Pick<ApiRequest, 'params' | 'query' | 'body'>>;

/**
 * The input of a route, checked against its schemas.
 * @throws ApiError `bad-request` naming the field; `not-found` for ids that cannot be ours
 */
export function checkInput<R extends Route>(route: R, { params, query, body }: RawInput): InputOf<R> {
  return { params: checkParams(params), query: check(route.query, query, 'query'), body: check(route.body, body, 'body') } as InputOf<R>;
}

/** Who asks. Not for `public` routes. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): CallerIdentity => {
  const { caller } = context.switchToHttp().getRequest<ApiRequest>();
  if (!caller) throw new ApiError('unauthenticated', 'sign in first');
  return caller;
});

/** The host that was asked, as the caller wrote it; undefined when it did not come over HTTP. */
export const RequestHost = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => context.switchToHttp().getRequest<ApiRequest>().headers.host);

const strictSchemas = new WeakMap<z.ZodType, z.ZodType>();

/** Unknown fields are refused: a misspelt option must not be silently without effect. */
function strict(schema: z.ZodType): z.ZodType {
  const known = strictSchemas.get(schema);
  if (known) return known;
  const made = schema instanceof z.ZodObject ? schema.strict() : schema;
  strictSchemas.set(schema, made);
  return made;
}

function check(schema: z.ZodType | undefined, value: unknown, part: 'query' | 'body'): unknown {
  if (!schema) return undefined;
  const result = strict(schema).safeParse(value ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => ({ field: fieldOf(issue), message: issue.message }));
  const [first] = issues;
  throw new ApiError('bad-request', first?.field ? `${first.field}: ${first.message}` : (first?.message ?? `the ${part} is not valid`), {
    ...(first?.field ? { field: first.field } : {}),
    ...(issues.length > 1 ? { details: { issues } } : {}),
  });
}

function fieldOf(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String);
  return (issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] ?? ''] : path).join('.');
}

/** Ids in paths are ours, so anything else names nothing. */
function checkParams(params: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  for (const value of Object.values(params ?? {})) {
    if (!/^[A-Za-z0-9_-]{1,36}$/.test(value)) throw new ApiError('not-found', 'nothing has this id');
  }
  return params ?? {};
}
