import type { ServerResponse } from 'node:http';
import type { Route } from '@openstation/proto';
import { Refusal, apiError, type ApiError } from '../api-errors/index.js';
import type { CallDemand } from './call-demand.js';

/** How long a route without an instance is looked at again after. A table arrives in milliseconds; nobody waits for less than a start. */
const LOOK_MS = 100;

/** Engines load for seconds to minutes; the next try finds out. */
const WAKING_SECONDS = 5;

export function noInstance(model: string): ApiError {
  return apiError('model_not_ready', `The model "${model}" has no instance that is ready.`, 'model');
}

/** A service that sleeps is woken by the demand. Streams may wait for it. @throws Refusal telling others when to come again */
export function requireWait({ model, serviceId, startsOnCall }: Route, streams: boolean, demand: CallDemand): void {
  if (!startsOnCall) throw new Refusal(noInstance(model));
  if (streams) return;
  demand.asked(serviceId);
  throw new Refusal({ ...apiError('model_not_ready', `The model "${model}" is being started. Try again in a few seconds.`, 'model'), retryAfterSeconds: WAKING_SECONDS });
}

export interface InstanceWaitParts {
  readonly response: ServerResponse;
  /** How long it may be silent. */
  readonly commentMs: number;
  /** The route as it is now; undefined: there is none any more. */
  readonly route: () => Route | undefined;
  readonly ready: () => void;
  /** Nobody starts an instance for it any more. */
  readonly over: () => void;
}

/**
 * A streaming call that waits for the first instance of a service that sleeps. When that takes a while the answer begins with comments,
 * which clients of event streams ignore: they keep the connection open while engines load. Until then a refusal still has its status.
 */
export class InstanceWait {
  readonly sinceMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #quietSinceMs = performance.now();

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
    if (now - this.#quietSinceMs < this.parts.commentMs) return;
    this.#quietSinceMs = now;
    this.#comment();
  }

  #comment(): void {
    const { response } = this.parts;
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    response.write(': waiting for an instance to start\n\n');
  }
}
