import type { IncomingMessage } from 'node:http';
import type { KeyEntry, Route } from '@openstation/proto';
import { Refusal, apiError, type ApiError } from '../api-errors/index.js';
import { authorise, mayCall } from '../auth/index.js';
import type { CallEnvironment } from './call-environment.js';

export type Admission =
  | { readonly admitted: true; readonly key: KeyEntry; readonly release: () => void }
  /** The key is known where only its use was refused: the record names it. */
  | { readonly admitted: false; readonly key: KeyEntry | undefined; readonly error: ApiError };

/** Whether a call may begin at all: a table, a key that is in it, room under the limits. */
export function admit({ rawHeaders }: IncomingMessage, env: CallEnvironment): Admission {
  const snapshot = env.snapshot();
  if (!snapshot) return { admitted: false, key: undefined, error: apiError('gateway_not_ready', 'The gateway has no route table yet. Try again in a few seconds.') };
  const access = authorise(rawHeaders, snapshot, env.keys, Date.now());
  if (!access.granted) return { admitted: false, key: access.key, error: access.error };
  const admission = env.limits.admit(access.key.keyId);
  return admission.admitted ? { admitted: true, key: access.key, release: admission.release } : { admitted: false, key: access.key, error: admission.error };
}

/** The route of a model that is there. @throws Refusal */
export function routeOf(model: string, env: CallEnvironment): Route {
  const route = env.snapshot()?.route(model);
  if (!route) throw new Refusal(apiError('model_not_found', `The model "${model}" does not exist.`, 'model'));
  return route;
}

/** @throws Refusal where the key may not call it */
export function requirePermission(key: KeyEntry | undefined, model: string): void {
  if (!key || !mayCall(key, model)) throw new Refusal(apiError('permission_denied', `This API key may not call the model "${model}".`, 'model'));
}
