import { ApiError } from '../http/index.js';
import { HubError } from '../hubs/index.js';

/** What a hub refused, as the refusal of the request that asked it: with the field that is wrong, or when to try again. Other errors stay as they are. */
export function asApiError(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'TimeoutError') return new ApiError('unavailable', 'the hub did not answer within a minute: try again', { retryAfterSeconds: 30 });
  if (!(error instanceof HubError)) return error;
  if (error.kind === 'no-repository') return new ApiError('bad-request', `repository: ${error.message}`, { field: 'repository' });
  if (error.kind === 'no-revision') return new ApiError('bad-request', `revision: ${error.message}`, { field: 'revision' });
  if (error.kind === 'forbidden') return new ApiError('invalid', error.message, { field: 'repository' });
  return new ApiError('unavailable', error.message, { retryAfterSeconds: Math.ceil((error.retryAfterMs ?? 30_000) / 1000) });
}
