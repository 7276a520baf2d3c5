import { apiError, type ApiError } from '../api-errors/index.js';
import type { AttemptFailure } from './retry.machine.js';

/** What the client is told when an attempt failed for good before it got a byte. Names no address and no node. */
export function failureAnswer(failure: AttemptFailure, model: string): ApiError {
  switch (failure.kind) {
    case 'answer':
      return apiError('upstream_error', `The engine of the model "${model}" gave an answer that cannot be passed on.`);
    case 'agent':
      if (failure.code === 'path-not-allowed') return apiError('unknown_url', `The engine of the model "${model}" does not offer this route.`);
      return apiError('model_not_ready', `The model "${model}" is not ready. Try again in a few seconds.`);
    case 'connection':
      return failure.phase === 'connect'
        ? apiError('upstream_unreachable', `The node that runs the model "${model}" cannot be reached.`)
        : apiError('upstream_error', `The engine of the model "${model}" ended the call before it answered.`);
  }
}
