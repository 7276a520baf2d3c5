import { createSecureContext, type SecureContext } from 'node:tls';
import { UpstreamConnection } from './connection.js';
import { NodeSilence } from './node-silence.js';
import type { Endpoint, Upstream, UpstreamCall, UpstreamHandler, UpstreamRequest } from './upstream.js';

export interface MutualTlsOptions {
  readonly clusterId: string;
  readonly privateKeyPem: string;
  readonly certificateChainPem: string;
  readonly authorityPem: string;
  readonly connectMs: number;
  /** A request without an answer for so long has its host asked whether it still takes connections, and again after so long. */
  readonly askMs?: number;
}

/** Below the 5 s after which Node's own server closes an idle connection, unless the peer names its time. */
const IDLE_MS = 4000;
const LONGEST_IDLE_MS = 60_000;
const SWEEP_MS = 1000;
const ASK_MS = 5000;

/** Kept-alive connections per data port, with one client certificate. A renewed certificate gets a new one of these. */
export class MutualTlsUpstream implements Upstream {
  readonly #secureContext: SecureContext;
  readonly #free = new Map<string, UpstreamConnection[]>();
  /** All that stand or are on their way, with where they lead. */
  readonly #open = new Map<UpstreamConnection, Endpoint>();
  /** When a host was asked last, by endpoint; only of those that are waited for. */
  #askedAt = new Map<string, number>();
  readonly #silence = new NodeSilence();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(private readonly options: MutualTlsOptions) {
    this.#secureContext = createSecureContext({
      key: options.privateKeyPem,
      cert: options.certificateChainPem,
      ca: options.authorityPem,
      minVersion: 'TLSv1.3',
    });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  send(endpoint: Endpoint, request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const connection = this.#takeFree(endpoint) ?? this.#connect(endpoint);
    connection.begin(request, handler);
    return connection;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const connections of [...this.#free.values()]) for (const connection of [...connections]) connection.abort();
  }

  /** Newest first: the warmest connection is the least likely to be closed by its peer. */
  #takeFree(endpoint: Endpoint): UpstreamConnection | undefined {
    const free = this.#free.get(name(endpoint));
    for (let connection = free?.pop(); connection; connection = free?.pop()) {
      if (connection.usable && !expired(connection)) return connection;
      connection.abort();
    }
    return undefined;
  }

  #connect(endpoint: Endpoint): UpstreamConnection {
    const { clusterId, connectMs } = this.options;
    const connection = new UpstreamConnection({
      endpoint,
      secureContext: this.#secureContext,
      clusterId,
      connectMs,
      onFree: (free) => this.#giveBack(endpoint, free),
      onHeard: () => this.#silence.heard(name(endpoint)),
      onUnanswered: (begunMs) => this.#unanswered(name(endpoint), begunMs),
      onClosed: (closed) => this.#forget(endpoint, closed),
    });
    this.#open.set(connection, endpoint);
    return connection;
  }

  #giveBack(endpoint: Endpoint, connection: UpstreamConnection): void {
    if (this.#closed) {
      connection.abort();
      return;
    }
    connection.idleSince = performance.now();
    const free = this.#free.get(name(endpoint));
    if (free) free.push(connection);
    else this.#free.set(name(endpoint), [connection]);
  }

  #forget(endpoint: Endpoint, connection: UpstreamConnection): void {
    this.#open.delete(connection);
    const free = this.#free.get(name(endpoint));
    const at = free?.indexOf(connection) ?? -1;
    if (free && at >= 0) free.splice(at, 1);
  }

  #sweep(): void {
    for (const [key, connections] of this.#free) {
      for (const connection of connections.filter(expired)) connection.abort();
      if (connections.length === 0) this.#free.delete(key);
    }
    this.#askSilentHosts(performance.now());
  }

  /** A host that lost its power or its cable breaks no connection: what waits on it would wait for its longest time. */
  #askSilentHosts(nowMs: number): void {
    const { askMs = ASK_MS } = this.options;
    const asked = new Map<string, number>();
    for (const [connection, endpoint] of [...this.#open]) {
      if (nowMs - (connection.waitingSince ?? nowMs) < askMs || asked.has(name(endpoint))) continue;
      const before = this.#askedAt.get(name(endpoint)) ?? -Infinity;
      const due = nowMs - before >= askMs;
      asked.set(name(endpoint), due ? nowMs : before);
      if (due) this.#connect(endpoint);
    }
    this.#askedAt = asked;
  }

  #unanswered(key: string, begunMs: number): void {
    for (const connection of [...(this.#free.get(key) ?? [])]) connection.abort();
    if (!this.#silence.unanswered(key, begunMs, performance.now())) return;
    for (const [connection, endpoint] of [...this.#open]) if (name(endpoint) === key) connection.giveUp();
  }
}

function name(endpoint: Endpoint): string {
  return `${endpoint.nodeId}@${endpoint.address}:${endpoint.port}`;
}

function expired(connection: UpstreamConnection): boolean {
  const promised = connection.keepAliveMs;
  const limit = promised === undefined ? IDLE_MS : Math.min(LONGEST_IDLE_MS, Math.max(0, promised - 1000));
  return performance.now() - connection.idleSince > limit;
}
