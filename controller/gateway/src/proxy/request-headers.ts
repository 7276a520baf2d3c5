import type { IncomingMessage } from 'node:http';
import { INSTANCE_HEADER } from '@openstation/proto';

/** The only client headers that engines need. Everything else, credentials first of all, stays here. */
const PASSED = ['content-type', 'accept', 'anthropic-version', 'anthropic-beta'] as const;

/** Headers of the request to the agent, in pairs. */
export function requestHeaders(request: IncomingMessage, requestId: string, instanceId: string): string[] {
  const headers = [INSTANCE_HEADER, instanceId, 'x-request-id', requestId];
  for (const name of PASSED) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.push(name, value);
  }
  return headers;
}
