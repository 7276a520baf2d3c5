import { CallOutcome, type CallRecord, type KeyEntry } from '@openstation/proto';
import type { StreamTap, TokenUsage } from '../usage-tap/index.js';

export interface CallEnd {
  readonly outcome: CallOutcome;
  readonly status: number;
  readonly errorCode: string;
}

/** Times and counts of one call. All times are monotonic milliseconds; only the start has a wall clock. */
export class CallMeter {
  readonly startedAtMs = Date.now();
  readonly #startedAt = performance.now();
  model = '';
  serviceId = '';
  instanceId = '';
  stream = false;
  retries = 0;
  #routedAt: number | undefined;
  #queueMs: number | undefined;
  #connectMs: number | undefined;
  #sentAt: number | undefined;
  #firstByteAt: number | undefined;

  routed(): void {
    this.#routedAt ??= performance.now();
  }

  sent(connectMs: number): void {
    this.#connectMs = connectMs;
    this.#sentAt = performance.now();
    this.#queueMs = performance.now() - (this.#routedAt ?? this.#startedAt);
  }

  /** Since when a stream that was sent waits for its first word, monotonic milliseconds; undefined: it does not. */
  get silentSince(): number | undefined {
    return this.stream && this.#firstByteAt === undefined && this.#sentAt !== undefined ? this.#routedAt : undefined;
  }

  firstByte(): void {
    this.#firstByteAt ??= performance.now();
  }

  /** @param tap of a streamed answer @param usage of a whole answer */
  record(callId: string, key: KeyEntry, path: string, end: CallEnd, tap: StreamTap | undefined, usage: TokenUsage | undefined): CallRecord {
    const tokens = tap ? streamTokens(tap) : { ...usage, estimated: false };
    const firstContent = tap ? tap.firstContentAt : end.outcome === CallOutcome.OK && end.status < 400 ? this.#firstByteAt : undefined;
    return {
      callId,
      startedAtMs: this.startedAtMs,
      userId: key.userId,
      keyId: key.keyId,
      model: this.model,
      serviceId: this.serviceId,
      instanceId: this.instanceId,
      path,
      stream: this.stream,
      status: end.status,
      outcome: end.outcome,
      durationMs: performance.now() - this.#startedAt,
      ttftMs: firstContent === undefined ? undefined : firstContent - this.#startedAt,
      promptTokens: tokens.promptTokens,
      completionTokens: tokens.completionTokens,
      tokensEstimated: tokens.estimated,
      tokensPerSecond: tap ? streamSpeed(tokens.completionTokens, tap) : this.#wholeSpeed(tokens.completionTokens),
      retries: this.retries,
      queueMs: this.#queueMs,
      connectMs: this.#connectMs,
      errorCode: end.errorCode,
    };
  }

  /** Of a whole answer only the engine's whole time is known, prompt included: a lower bound. */
  #wholeSpeed(completion: number | undefined): number | undefined {
    if (completion === undefined || completion === 0 || this.#sentAt === undefined) return undefined;
    return completion / ((performance.now() - this.#sentAt) / 1000);
  }
}

/** The engine's numbers; without them the content events are counted, because engines send about one per token. */
function streamTokens(tap: StreamTap): TokenUsage & { estimated: boolean } {
  if (tap.usage?.completionTokens !== undefined) return { ...tap.usage, estimated: false };
  if (tap.contentEvents === 0) return { ...tap.usage, estimated: false };
  return { ...tap.usage, completionTokens: tap.contentEvents, estimated: true };
}

/** Content that arrived within this time came as one piece, whatever made it: a speed would be of the wire. */
const ONE_PIECE_MS = 2;

/** Tokens per second after the first: (completion - 1) ÷ (last - first). Unknown when everything came at once. */
function streamSpeed(completion: number | undefined, tap: StreamTap): number | undefined {
  const { firstContentAt, lastContentAt } = tap;
  if (completion === undefined || completion < 2 || firstContentAt === undefined || lastContentAt === undefined) return undefined;
  const ms = lastContentAt - firstContentAt;
  return ms < ONE_PIECE_MS ? undefined : (completion - 1) / (ms / 1000);
}
