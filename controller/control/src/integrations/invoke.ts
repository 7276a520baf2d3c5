import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js';
import { Injectable } from '@nestjs/common';
import type { InvokeReply, InvokeRequest } from '@openstation/proto';
import { ApiError, RouteHandlers, requireAccess, type RawInput } from '../http/index.js';
import type { Route } from '../http/route.js';
import { routes } from '../settings/settings.schema.js';
import { IntegrationDoor } from './integration-door.js';

const MAX_BODY = 2 ** 20;
/** Until it is known what is asked for. */
const SIGNED_IN = routes.getSystem;

/** Any operation of the REST API over gRPC: same handler, same rights, same checks. */
@Injectable()
export class Invoke {
  constructor(
    private readonly door: IntegrationDoor,
    private readonly handlers: RouteHandlers,
  ) {}

  async answer(call: ServerUnaryCall<InvokeRequest, InvokeReply>, done: sendUnaryData<InvokeReply>): Promise<void> {
    let route: Route | undefined;
    try {
      done(null, await this.door.inTime(async () => {
        const { caller } = await this.door.admit(call, SIGNED_IN);
        route = this.handlers.route(call.request.operation);
        requireAccess(route, caller);
        const input = inputOf(route, call.request);
        if (call.cancelled) throw new ApiError('unavailable', 'the call was cancelled before it began');
        const result = await this.handlers.invoke(route, input, caller);
        return { resultJson: result === undefined ? '' : JSON.stringify(result) };
      }));
    } catch (error) {
      done(this.door.refusal(error, route ?? SIGNED_IN, call));
    }
  }
}

/** Parameters whose names stand in the path go there, the rest is the query, as in a URL. @throws ApiError */
function inputOf(route: Route, { parameters, bodyJson }: InvokeRequest): RawInput {
  const inPath = new Set([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name));
  const entries = Object.entries(parameters);
  const missing = [...inPath].find((name) => name !== undefined && !Object.hasOwn(parameters, name));
  if (missing !== undefined) throw new ApiError('bad-request', `parameters.${missing}: is needed`, { field: `parameters.${missing}` });
  const query = Object.fromEntries(entries.filter(([name]) => !inPath.has(name)));
  if (!route.query && Object.keys(query).length > 0) throw new ApiError('bad-request', `parameters.${Object.keys(query)[0] ?? ''}: this operation does not know it`, { field: `parameters.${Object.keys(query)[0] ?? ''}` });
  return { params: Object.fromEntries(entries.filter(([name]) => inPath.has(name))), query, body: bodyOf(route, bodyJson) };
}

function bodyOf(route: Route, json: string): unknown {
  if (json === '') return undefined;
  if (!route.body) throw new ApiError('bad-request', 'body_json: this operation takes no body', { field: 'body_json' });
  if (json.length > MAX_BODY) throw new ApiError('too-large', `body_json: must be at most ${MAX_BODY} bytes`, { field: 'body_json' });
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw new ApiError('bad-request', `body_json: ${(error as Error).message}`, { field: 'body_json' });
  }
}
