import { checkServerIdentity, connect, type PeerCertificate, type SecureContext, type TLSSocket } from 'node:tls';
import { memberFromSubjectAltName } from '@openstation/proto';
import { AnswerParser } from './answer-parser.js';
import { sendBody } from './request-body.js';
import { requestHead } from './request-head.js';
import { UpstreamError, type Endpoint, type FailurePhase, type UpstreamCall, type UpstreamHandler, type UpstreamRequest } from './upstream.js';

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly secureContext: SecureContext;
  readonly clusterId: string;
  readonly connectMs: number;
  /** The exchange is over and the connection may serve again. */
  readonly onFree: (connection: UpstreamConnection) => void;
  /** The host sent something, if only that it takes connections. */
  readonly onHeard: () => void;
  /** The host let the connection, begun at `begunMs`, go without any answer. */
  readonly onUnanswered: (begunMs: number) => void;
  readonly onClosed: (connection: UpstreamConnection) => void;
}

interface Exchange {
  readonly handler: UpstreamHandler;
  readonly parser: AnswerParser;
  bodySent: boolean;
  stopBody: () => void;
}

/** One mutual-TLS connection to a node's data port; one exchange at a time. */
export class UpstreamConnection implements UpstreamCall {
  readonly #socket: TLSSocket;
  readonly #startedAt = performance.now();
  #exchange: Exchange | undefined;
  #pending: { request: UpstreamRequest; handler: UpstreamHandler } | undefined;
  #connectTimer: NodeJS.Timeout | undefined;
  #ready = false;
  #answered = false;
  #silentSince = 0;
  #reused = false;
  /** When it became free, monotonic milliseconds. */
  idleSince = 0;
  /** How long the peer keeps an idle connection, if it said so. */
  keepAliveMs: number | undefined;

  constructor(private readonly options: ConnectionOptions) {
    const { endpoint, secureContext, connectMs } = options;
    this.#socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      secureContext,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['http/1.1'],
      checkServerIdentity: (_host, certificate) => requireNode(options.clusterId, endpoint.nodeId, certificate),
    });
    this.#socket.setNoDelay(true);
    this.#socket.once('connect', () => {
      this.#answered = true;
      options.onHeard();
    });
    this.#socket.once('secureConnect', () => this.#connected());
    this.#socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error.message, error.code ?? ''));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => this.#fail('the node closed the connection', 'ECONNRESET'));
    this.#connectTimer = setTimeout(() => {
      this.#fail(`no connection within ${connectMs} ms`, 'ETIMEDOUT');
      if (!this.#answered) options.onUnanswered(this.#startedAt);
    }, connectMs);
  }

  /** Since when a request waits for the first byte of its answer, monotonic milliseconds. */
  get waitingSince(): number | undefined {
    return this.#exchange && !this.#exchange.parser.started ? this.#silentSince : undefined;
  }

  get usable(): boolean {
    return this.#ready && !this.#socket.destroyed && this.#socket.writable;
  }

  begin(request: UpstreamRequest, handler: UpstreamHandler): void {
    if (this.#ready) this.#send(request, handler, 0);
    else this.#pending = { request, handler };
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** The host is gone: a request without any answer need not be waited for. */
  giveUp(): void {
    if (this.waitingSince !== undefined) this.#fail('the node answers nobody any more', 'ETIMEDOUT');
  }

  abort(): void {
    this.#exchange?.parser.stop();
    this.#exchange?.stopBody();
    this.#exchange = undefined;
    this.#pending = undefined;
    this.#close();
  }

  #connected(): void {
    clearTimeout(this.#connectTimer);
    this.#ready = true;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) this.#send(pending.request, pending.handler, performance.now() - this.#startedAt);
    else this.options.onFree(this);
  }

  #send(request: UpstreamRequest, handler: UpstreamHandler, connectMs: number): void {
    const exchange: Exchange = { handler, parser: new AnswerParser(handler), bodySent: false, stopBody: () => undefined };
    this.#exchange = exchange;
    this.#silentSince = performance.now();
    const head = requestHead(request, this.options.endpoint);
    exchange.stopBody = sendBody(this.#socket, head, request, () => {
      exchange.bodySent = true;
    });
    handler.onSent(connectMs);
  }

  #data(chunk: Buffer): void {
    this.options.onHeard();
    const exchange = this.#exchange;
    if (!exchange) {
      this.#close(); // An idle peer has nothing to say: whatever this is, it answers no question of ours.
      return;
    }
    try {
      exchange.parser.push(chunk);
    } catch (error) {
      if (this.#exchange === exchange) this.#fail((error as Error).message, '', 'protocol');
      return;
    }
    if (exchange.parser.done && this.#exchange === exchange) this.#complete(exchange);
  }

  #ended(): void {
    const exchange = this.#exchange;
    if (exchange?.parser.finish()) this.#complete(exchange);
    else this.#fail('the node ended the connection', 'ECONNRESET');
  }

  #complete(exchange: Exchange): void {
    this.#exchange = undefined;
    exchange.stopBody();
    this.keepAliveMs = exchange.parser.keepAliveMs;
    this.#reused = true;
    if (exchange.parser.keepAlive && exchange.bodySent && this.usable) {
      this.#socket.resume(); // A slow client may have left it paused, which would hang its next user.
      this.options.onFree(this);
    } else this.#close();
    exchange.handler.onEnd();
  }

  #fail(message: string, code: string, phase?: FailurePhase): void {
    const exchange = this.#exchange;
    const handler = exchange?.handler ?? this.#pending?.handler;
    exchange?.stopBody();
    this.#exchange = undefined;
    this.#pending = undefined;
    this.#close();
    if (!handler) return;
    const reached = !exchange ? 'connect' : exchange.parser.started ? 'answer' : 'send';
    handler.onError(new UpstreamError(phase ?? reached, message, code, this.#reused));
  }

  #close(): void {
    clearTimeout(this.#connectTimer);
    this.#socket.destroy();
    this.options.onClosed(this);
  }
}

/** The certificate must name exactly the node the route table sends us to: a node cannot answer for another. */
function requireNode(clusterId: string, nodeId: string, certificate: PeerCertificate): Error | undefined {
  const member = memberFromSubjectAltName(certificate.subjectaltname);
  if (member?.role === 'agent' && member.clusterId === clusterId && member.id === nodeId) return undefined;
  return checkServerIdentity(`${nodeId}.agent.openstation.invalid`, certificate) ?? new Error('the certificate is of another member');
}
