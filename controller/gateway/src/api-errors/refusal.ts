import { apiError, type ApiError, type ApiErrorCode } from './api-error.js';

/** Thrown where a request cannot go on; carries the answer to give. */
export class Refusal extends Error {
  constructor(readonly error: ApiError) {
    super(error.message);
  }
}

export function refusal(code: ApiErrorCode, message: string, param: string | null = null): Refusal {
  return new Refusal(apiError(code, message, param));
}
