import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { Caller } from './caller.js';
import type { ApiRequest } from './request.js';

const HEARTBEAT_MS = 15_000;
/** A reader that lets this much pile up is gone or stuck; it reconnects and fetches lists again. */
const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;

/** All event streams that are open, so that the end of a session can end them. */
const openStreams = new Set<EventStream>();

/**
 * One `text/event-stream` answer: `@Stream() stream: EventStream`. Nothing is sent before `begin`, so a handler
 * can still throw an ApiError until then. The handler may return while the stream goes on.
 */
export class EventStream {
  readonly #gone = new AbortController();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(
    readonly caller: Caller,
    private readonly response: ServerResponse,
    private readonly takeOver: () => void,
  ) {}

  /** Fires when the reader has gone or the stream was ended. */
  get closed(): AbortSignal {
    return this.#gone.signal;
  }

  begin(): void {
    this.takeOver();
    this.response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    this.response.flushHeaders();
    this.response.on('close', () => this.#forget());
    this.#heartbeat = setInterval(() => this.#write(': still here\n\n'), HEARTBEAT_MS);
    openStreams.add(this);
    if (this.response.destroyed) this.#forget();
  }

  /** Sends one event with JSON data. Ends the stream of a reader that does not keep up. */
  send(data: unknown): void {
    this.sendText(JSON.stringify(data));
  }

  /** Like `send`, with JSON that was made once for many readers. */
  sendText(json: string): void {
    this.#write(`data: ${json}\n\n`);
  }

  end(): void {
    this.response.end();
    this.#forget();
  }

  #write(text: string): void {
    if (this.closed.aborted) return;
    this.response.write(text);
    if (this.response.writableLength > MAX_BUFFERED_BYTES) {
      this.response.destroy();
      this.#forget();
    }
  }

  #forget(): void {
    clearInterval(this.#heartbeat);
    openStreams.delete(this);
    this.#gone.abort();
  }
}

/** The streams that are open now. */
export function streamsOpen(): readonly EventStream[] {
  return [...openStreams];
}

/** Ends the streams of these sessions: what a session may not ask for any more, it may not hear either. */
export function endStreamsOf(sessionIds: ReadonlySet<string>): void {
  for (const stream of openStreams) if (stream.caller.sessionId !== null && sessionIds.has(stream.caller.sessionId)) stream.end();
}

/** The answer of a `stream` route. */
export const Stream = createParamDecorator((_: unknown, context: ExecutionContext): EventStream => {
  const http = context.switchToHttp();
  const reply = http.getResponse<FastifyReply>();
  const { caller } = http.getRequest<ApiRequest>();
  if (!caller) throw new Error('@Stream() needs a route with a caller');
  return new EventStream(caller, reply.raw, () => void reply.hijack());
});
