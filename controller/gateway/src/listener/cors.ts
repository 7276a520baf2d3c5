import type { IncomingMessage, ServerResponse } from 'node:http';

/** Lets pages of the configured origins call the gateway. Credentials travel in headers we name, never in cookies. */
export class Cors {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Marks the answer when the page may read it. True when the request was a preflight and is answered. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#origins.size === 0) return false;
    const origin = request.headers.origin;
    if (origin === undefined || !(this.#origins.has('*') || this.#origins.has(origin))) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
    response.setHeader('access-control-expose-headers', 'x-request-id, retry-after');
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return false;
    response.setHeader('access-control-allow-methods', 'GET, POST');
    response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'authorization, content-type');
    response.setHeader('access-control-max-age', '600');
    response.writeHead(204).end();
    return true;
  }
}
