import type { Target } from '@openstation/proto';
import { pickTarget } from '../balancer/index.js';
import type { CallEnvironment } from './call-environment.js';
import { decideRetry, type AttemptFailure, type RetryDecision } from './retry.machine.js';

/** Turns over all calls, so that equal instances take turns. */
let turn = 0;

/** The tries of one call: which instances it went to, and whether another one makes sense. */
export class Attempts {
  readonly #tried = new Set<string>();
  #count = 0;
  #firstFailureAt: number | undefined;
  /** Part of an upload is gone: it cannot be sent once more. */
  bodyTouched = false;

  constructor(private readonly env: Pick<CallEnvironment, 'snapshot' | 'load'>) {}

  /** Begins a try. @returns where; undefined: nowhere now */
  begin(model: string): Target | undefined {
    const target = this.#pick(model);
    this.#count += 1;
    return target;
  }

  /** The request goes there. */
  took({ instanceId }: Target): void {
    this.#tried.add(instanceId);
  }

  failed(model: string, failure: AttemptFailure): RetryDecision {
    this.#firstFailureAt ??= performance.now();
    const decision = decideRetry(failure, {
      attempts: this.#count, waitedMs: performance.now() - this.#firstFailureAt, otherTarget: this.#pick(model) !== undefined, replayable: !this.bodyTouched,
    });
    if (decision.action !== 'other' && decision.action !== 'give-up') this.#tried.clear();
    return decision;
  }

  #pick(model: string): Target | undefined {
    const route = this.env.snapshot()?.route(model);
    return route && pickTarget(route.targets, this.env.load, this.#tried, turn++);
  }
}
