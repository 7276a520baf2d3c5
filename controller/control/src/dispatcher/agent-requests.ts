import type { ConformanceResult, ControlMessage, LogChunk, ProbeResult } from '@openstation/proto';
import { ApiError } from '../http/index.js';
import type { InstanceLogLine, ProbeAnswer } from '../instances/index.js';
import { newId } from '../store/index.js';
import { logLine } from './from-wire.js';
import { LineQueue } from './line-queue.js';

const PROBE_MS = 20_000;
/** The agent asks seven questions of at most twenty seconds. */
const CONFORMANCE_MS = 150_000;

/** Questions to one agent over its session, matched with their answers by request id. All end with the session. */
export class AgentRequests {
  readonly #logs = new Map<string, LineQueue<InstanceLogLine>>();
  readonly #probes = new Map<string, (answer: ProbeAnswer | ApiError) => void>();
  readonly #conformances = new Map<string, (answer: ConformanceResult | ApiError) => void>();
  #closed = false;

  constructor(private readonly send: (message: ControlMessage) => void) {}

  /** Lines until the agent says end; with `follow`, until the signal fires. */
  async *log(instanceId: string, tail: number, follow: boolean, signal: AbortSignal): AsyncGenerator<InstanceLogLine> {
    if (this.#closed) throw gone();
    const requestId = newId();
    const lines = new LineQueue<InstanceLogLine>();
    this.#logs.set(requestId, lines);
    const stop = () => lines.end(follow ? undefined : new ApiError('unavailable', 'the node did not send the log in time'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) return;
      this.send({ body: { $case: 'logRequest', value: { requestId, instanceId, tail, follow } } });
      yield* lines;
    } finally {
      signal.removeEventListener('abort', stop);
      if (this.#logs.delete(requestId) && !this.#closed) this.send({ body: { $case: 'logCancel', value: { requestId } } });
    }
  }

  /** @throws ApiError when the node does not answer */
  probe(instanceId: string): Promise<ProbeAnswer> {
    return this.#ask(this.#probes, PROBE_MS, (requestId) => ({ $case: 'probeRequest', value: { requestId, instanceId } }));
  }

  /** @throws ApiError when the node does not answer, or nothing could be tried */
  async conformance(instanceId: string): Promise<ConformanceResult> {
    const result = await this.#ask(this.#conformances, CONFORMANCE_MS, (requestId) => ({ $case: 'conformanceRequest', value: { requestId, instanceId } }));
    if (result.error !== '') throw new ApiError('unavailable', result.error);
    return result;
  }

  async #ask<A>(waiting: Map<string, (answer: A | ApiError) => void>, withinMs: number, question: (requestId: string) => NonNullable<ControlMessage['body']>): Promise<A> {
    if (this.#closed) throw gone();
    const requestId = newId();
    const answer = await new Promise<A | ApiError>((resolve) => {
      const timer = setTimeout(() => resolve(new ApiError('unavailable', `the node did not answer within ${withinMs / 1000} s`)), withinMs);
      waiting.set(requestId, (result) => {
        clearTimeout(timer);
        resolve(result);
      });
      this.send({ body: question(requestId) });
    });
    waiting.delete(requestId);
    if (answer instanceof ApiError) throw answer;
    return answer;
  }

  takeLog({ requestId, lines, end, error }: LogChunk): void {
    const queue = this.#logs.get(requestId);
    for (const line of lines) queue?.push(logLine(line));
    if (!end) return;
    this.#logs.delete(requestId);
    queue?.end(error === '' ? undefined : new ApiError('not-found', error));
  }

  takeProbe({ requestId, ok, latencyMs, message }: ProbeResult): void {
    this.#probes.get(requestId)?.({ ok, latencyMs, message });
  }

  takeConformance(result: ConformanceResult): void {
    this.#conformances.get(result.requestId)?.(result);
  }

  close(): void {
    this.#closed = true;
    for (const queue of this.#logs.values()) queue.end(gone());
    for (const answer of [...this.#probes.values(), ...this.#conformances.values()]) answer(gone());
  }
}

function gone(): ApiError {
  return new ApiError('unavailable', 'the node is not connected right now', { retryAfterSeconds: 5 });
}
