import { KeyState, type KeyEntry } from '@openstation/proto';
import { apiError, type ApiError } from '../api-errors/index.js';
import type { RouteSnapshot } from '../route-table/index.js';
import { readCredential } from './credential.js';
import type { VerifiedKeys } from './verified-keys.js';

/** `key` is present on a refusal when the key itself was genuine: such refusals are recorded. */
export type Access =
  | { readonly granted: true; readonly key: KeyEntry }
  | { readonly granted: false; readonly error: ApiError; readonly key?: KeyEntry };

/** Who is calling, and may they call at all? */
export function authorise(rawHeaders: readonly string[], snapshot: RouteSnapshot, keys: VerifiedKeys, nowMs: number): Access {
  const credential = readCredential(rawHeaders);
  switch (credential.kind) {
    case 'none':
      return { granted: false, error: apiError('invalid_api_key', 'No API key was given. Send it as "Authorization: Bearer <key>" or in the header "x-api-key".') };
    case 'ambiguous':
      return { granted: false, error: apiError('ambiguous_credentials', 'More than one credential was given. Send the API key once, as "Authorization" or as "x-api-key".') };
    case 'key': {
      const key = keys.find(snapshot, credential.text);
      if (!key) return { granted: false, error: apiError('invalid_api_key', 'Incorrect API key. Create or look up your key in the OpenStation console.') };
      const error = keyProblem(key, nowMs);
      return error ? { granted: false, error, key } : { granted: true, key };
    }
  }
}

/** Why a genuine key may not be used now; undefined when it may. */
export function keyProblem(key: KeyEntry, nowMs: number): ApiError | undefined {
  if (key.state !== KeyState.ACTIVE) return apiError('key_disabled', 'This API key is disabled. Ask an administrator.');
  if (key.expiresAtMs !== 0 && key.expiresAtMs <= nowMs) return apiError('key_expired', 'This API key has expired. Create a new one in the OpenStation console.');
  return undefined;
}

export function mayCall(key: KeyEntry, model: string): boolean {
  return key.models.length === 0 || key.models.includes(model);
}
