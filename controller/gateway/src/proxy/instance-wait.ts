import type { ServerResponse } from 'node:http';
import type { Route } from '@openstation/proto';

/** How long a route without an instance is looked at again after. A table arrives in milliseconds; nobody waits for less than a start. */
const LOOK_MS = 100;
/** Well below what proxies and clients call silence. */
const COMMENT_MS = 5_000;

export interface InstanceWaitParts {
  readonly response: ServerResponse;
  /** The route as it is now; undefined: there is none any more. */
  readonly route: () => Route | undefined;
  readonly ready: () => void;
  /** Nobody starts an instance for it any more. */
  readonly over: () => void;
}

/**
 * A streaming call that waits for the first instance of a service that sleeps. The answer begins at once, with comments that clients of
 * event streams ignore: they keep the connection open while engines load.
 */
export class InstanceWait {
  readonly sinceMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #commentedMs = -Infinity;

  constructor(private readonly parts: InstanceWaitParts) {
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const route = this.parts.route();
    if (route && route.targets.length > 0) {
      this.end();
      return this.parts.ready();
    }
    if (!route?.startsOnCall) {
      this.end();
      return this.parts.over();
    }
    const now = performance.now();
    if (now - this.#commentedMs < COMMENT_MS) return;
    this.#commentedMs = now;
    this.#comment();
  }

  #comment(): void {
    const { response } = this.parts;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    response.write(': waiting for an instance to start\n\n');
  }
}
