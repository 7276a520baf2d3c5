import type { Readable } from 'node:stream';

/** Where a target's data port is, and which node must answer there. */
export interface Endpoint {
  readonly nodeId: string;
  readonly address: string;
  readonly port: number;
}

export interface UpstreamRequest {
  readonly path: string;
  /** Header names and values in pairs, without host and framing headers. */
  readonly headers: readonly string[];
  /** All of the body, or its first bytes when `rest` follows. */
  readonly body: Buffer;
  /** Remaining body; nothing is read from it before a connection stands. */
  readonly rest?: { readonly stream: Readable; /** Bytes in all, `body` included; unknown: sent chunked. */ readonly length?: number };
}

export interface UpstreamHead {
  readonly status: number;
  /** Lower-case names and values in pairs, as received. */
  readonly headers: readonly string[];
}

/**
 * `connect`: nothing was sent. `send`: sent, no answer byte came. `answer`: the answer had begun.
 * `protocol`: the peer does not speak our HTTP; the exchange cannot be trusted.
 */
export type FailurePhase = 'connect' | 'send' | 'answer' | 'protocol';

export class UpstreamError extends Error {
  constructor(
    readonly phase: FailurePhase,
    message: string,
    /** System error code such as ECONNREFUSED; empty when there is none. */
    readonly code: string,
    /** The connection had served before: its peer may simply have closed it while idle. */
    readonly reused: boolean,
  ) {
    super(message);
  }
}

/** Exactly one of `onEnd` and `onError` is called, last; neither after `abort()`. */
export interface UpstreamHandler {
  /** The request is on its way. `connectMs` is 0 on a connection that stood already. */
  onSent(connectMs: number): void;
  onHead(head: UpstreamHead): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: UpstreamError): void;
}

export interface UpstreamCall {
  pause(): void;
  resume(): void;
  /** Closes the connection under the call at once; the agent sees it and stops the engine's work. */
  abort(): void;
}

/** The seam to the data ports of agents. */
export interface Upstream {
  send(endpoint: Endpoint, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
  /** Takes no new calls; running ones finish. */
  close(): void;
}
