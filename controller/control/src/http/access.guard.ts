import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { can } from '../users/permissions.js';
import type { Caller } from './caller.js';
import { isCrossSite } from './cross-site.js';
import { routeOf } from './endpoint.js';
import { ApiError } from './errors.js';
import { Identities, SESSION_COOKIE } from './identities.js';
import { LocalAdmin } from './local-admin.js';
import type { ApiRequest } from './request.js';
import type { Route } from './route.js';

/** The one door of the REST API: who is it, did their own page ask, and does the route's table entry let them in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly identities: Identities,
    private readonly localAdmin: LocalAdmin,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context.getHandler());
    if (!route) throw new ApiError('forbidden', 'this address is not open to anybody');
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const caller = await this.#identify(request);
    if (!caller?.isLocalAdmin && isCrossSite(request.method, request.headers)) {
      throw new ApiError('cross-site', 'refused because another site may have sent this: send an Origin header with the address of this console');
    }
    if (caller) request.caller = caller;
    requireAccess(route, caller);
    return true;
  }

  async #identify(request: ApiRequest): Promise<Caller | undefined> {
    const address = request.raw.socket.remoteAddress ?? '';
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      const caller = token === undefined ? undefined : this.localAdmin.identify(token, address);
      if (!caller) throw new ApiError('unauthenticated', 'this bearer token is not the local administration token of the running controller, or does not come from this machine');
      return caller;
    }
    const token = sessionToken(request.headers.cookie);
    return token === undefined ? undefined : this.identities.fromSession(token, address);
  }
}

/** Whether the route's table entry lets this caller in. @throws ApiError when not */
export function requireAccess(route: Route, caller: Caller | undefined): void {
  if (route.can === 'public') return;
  if (!caller) throw new ApiError('unauthenticated', 'sign in first');
  if (route.can === 'self') return;
  if (caller.mustChangePassword) throw new ApiError('password-change-required', 'change your password first');
  if (route.can === 'signed-in') return;
  if (!can(caller.role, route.can)) throw new ApiError('forbidden', `your role (${caller.role}) may not do this: it needs ${route.can}`);
}

/** The value of our cookie. Two of them are as good as none: one was planted. */
export function sessionToken(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${SESSION_COOKIE}=`))
    .map((pair) => pair.slice(SESSION_COOKIE.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
