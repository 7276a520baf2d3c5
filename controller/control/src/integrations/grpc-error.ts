import { Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { ApiError, type ErrorCode } from '../http/index.js';

/** Trailing metadata of every refused call: the REST API's code, and the input to mend where there is one. */
export const ERROR_CODE = 'openstation-error-code';
export const ERROR_FIELD = 'openstation-error-field';
/** With `internal`: the id under which the controller's log has the details. */
export const REQUEST_ID = 'openstation-request-id';

const statusOfCode: Readonly<Record<ErrorCode, status>> = {
  'bad-request': status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  'wrong-credentials': status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  'account-disabled': status.PERMISSION_DENIED,
  'password-expired': status.PERMISSION_DENIED,
  'password-change-required': status.PERMISSION_DENIED,
  'cross-site': status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  'method-not-allowed': status.UNIMPLEMENTED,
  conflict: status.FAILED_PRECONDITION,
  'in-use': status.FAILED_PRECONDITION,
  'too-large': status.RESOURCE_EXHAUSTED,
  'wrong-media-type': status.INVALID_ARGUMENT,
  invalid: status.FAILED_PRECONDITION,
  'too-many': status.RESOURCE_EXHAUSTED,
  internal: status.INTERNAL,
  unavailable: status.UNAVAILABLE,
};

/** The call took longer than the controller gives it. What it was doing may still come about. */
export class TooLate extends Error {}

/** What a caller is told. Everything that is not meant for them becomes `internal` under the request id. */
export function grpcError(thrown: unknown, requestId: string): StatusObject {
  const metadata = new Metadata();
  if (thrown instanceof TooLate) {
    metadata.set(ERROR_CODE, 'unavailable');
    return { code: status.DEADLINE_EXCEEDED, details: 'the controller took too long; a change may have happened all the same: look before you try again', metadata };
  }
  const known = thrown instanceof ApiError && thrown.code !== 'internal' ? thrown : undefined;
  metadata.set(ERROR_CODE, known?.code ?? 'internal');
  if (known?.extras.field !== undefined) metadata.set(ERROR_FIELD, known.extras.field);
  if (known) return { code: statusOfCode[known.code], details: known.message, metadata };
  metadata.set(REQUEST_ID, requestId);
  return { code: status.INTERNAL, details: `something went wrong inside the controller; its log has the details under the request id ${requestId}`, metadata };
}
