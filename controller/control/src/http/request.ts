import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Caller } from './caller.js';

/** What our guard and decorators use of the HTTP adapter's request. */
export interface ApiRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: IncomingMessage;
  readonly params: Readonly<Record<string, string>> | undefined;
  readonly query: Readonly<Record<string, unknown>> | undefined;
  readonly body: unknown;
  /** Set by the access guard. */
  caller?: Caller;
}
