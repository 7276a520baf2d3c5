import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorHeaders, renderError, renderStreamError, type ErrorDialect, type ShownError, type StreamFamily } from '../api-errors/index.js';

/** One request of a client and the way to answer it. */
export interface ClientExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

const LINGER_MS = 2000;

/** Answers with an error of the gateway's own. Nothing may have been sent before. */
export function answerError({ request, response, requestId }: ClientExchange, dialect: ErrorDialect, error: ShownError): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(renderError(dialect, error, requestId));
  response.writeHead(error.status, { 'content-type': 'application/json', 'content-length': body.length, ...errorHeaders(error) });
  response.end(body);
  if (!request.complete) discardRest(request);
}

/**
 * Reads what the client is still sending for a moment, so that it sees the answer instead of a reset, then
 * closes: a refused upload must not keep a connection busy.
 */
function discardRest(request: IncomingMessage): void {
  request.resume();
  const timer = setTimeout(() => request.destroy(), LINGER_MS);
  const stop = () => clearTimeout(timer);
  request.once('end', stop).once('close', stop);
}

/** Ends a stream that already started with an error event and a broken transfer: never a clean end, which would read as success. */
export function breakStream(response: ServerResponse, family: StreamFamily, error: ShownError, midEvent: boolean): void {
  const event = `${midEvent ? '\n\n' : ''}${renderStreamError(family, error)}`;
  const timer = setTimeout(() => response.destroy(), LINGER_MS);
  response.once('close', () => clearTimeout(timer));
  response.write(event, () => response.destroy());
}
