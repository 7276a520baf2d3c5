import { HttpErrorResponse } from '@angular/common/http';
import type { components } from './schema.gen';

type ErrorBody = components['schemas']['Error']['error'];

/** `code` of a failure that never reached the controller: no network, controller down, or an answer that is not ours. */
export const unreachableCode = 'unreachable';

/** What every failed REST call rejects with. `field` is the dotted path of the input to mend, when one is to blame. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string,
    readonly field?: string,
    readonly details: Readonly<Record<string, unknown>> = {},
    /** When it happened, for "since when" in error panels. */
    readonly at: Date = new Date(),
  ) {
    super(message);
  }

  /** Turns whatever was thrown into a failure: the one shape that screens handle. */
  static from(thrown: unknown): ApiFailure {
    if (thrown instanceof ApiFailure) return thrown;
    if (!(thrown instanceof HttpErrorResponse)) return new ApiFailure(0, 'internal', messageOf(thrown), '');
    const body = errorBody(thrown.error);
    if (body) return new ApiFailure(thrown.status, body.code, withoutField(body), body.requestId, body.field, body.details ?? {});
    return new ApiFailure(thrown.status, thrown.status === 0 ? unreachableCode : 'unexpected', `HTTP ${thrown.status}`, '');
  }
}

function errorBody(body: unknown): ErrorBody | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'code' in error ? (error as ErrorBody) : null;
}

/** The controller writes `field: what to mend`; beside the field its name is one too many. */
function withoutField({ message, field }: ErrorBody): string {
  return field && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
