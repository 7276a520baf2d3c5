import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER } from '../config/index.js';
import { ApiError, type ErrorCode } from './errors.js';

/** Turns everything thrown into the `Error` schema. What is not ours is logged here and told as `internal`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = toApiError(thrown);
    if (error.code === 'internal') this.logger.error({ err: thrown, requestId: request.id, method: request.method, path: request.routeOptions.url }, 'request failed');
    if (reply.sent || reply.raw.headersSent) {
      // An event stream broke while it was running: all that is left to say is that it is over.
      reply.raw.destroy();
      return;
    }
    const { field, details, retryAfterSeconds } = error.extras;
    if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
    void reply.status(error.status).send({
      error: { code: error.code, message: error.message, requestId: request.id, ...(field === undefined ? {} : { field }), ...(details === undefined ? {} : { details }) },
    });
  }
}

const codeOfStatus: Readonly<Record<number, readonly [ErrorCode, string]>> = {
  400: ['bad-request', 'the request is not readable: send valid JSON'],
  404: ['not-found', 'there is nothing at this address'],
  405: ['method-not-allowed', 'this address does not take this method'],
  413: ['too-large', 'the request is too large'],
  415: ['wrong-media-type', 'send application/json'],
  431: ['too-large', 'the request headers are too large'],
};

/** Errors of the HTTP layer itself (unreadable JSON, unknown path) carry a status; the rest is a fault of ours. */
function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: unknown } | undefined)?.statusCode;
  const known = typeof status === 'number' ? codeOfStatus[status] : undefined;
  return known ? new ApiError(...known) : new ApiError('internal', 'something went wrong inside the controller; its log has the details under this request id');
}
