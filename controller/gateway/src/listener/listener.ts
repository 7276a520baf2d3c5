import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { apiError, renderError } from '../api-errors/index.js';

export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** PEM; absent: plain HTTP. */
  readonly tls?: { readonly certificate: string | Buffer; readonly key: string | Buffer };
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Limits against slow and oversized senders; design/security: headers 16 KiB in 10 s, a whole upload in 60 s. */
const SERVER_OPTIONS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  connectionsCheckingInterval: 2000,
  // Longer than the idle time of usual load balancers, so that they and not we close first.
  keepAliveTimeout: 75_000,
  keepAliveTimeoutBuffer: 1000,
  noDelay: true,
} as const;

/** The public HTTP server. */
export class Listener {
  readonly #server: Server;

  constructor(private readonly options: ListenerOptions) {
    const { tls } = options;
    this.#server = tls
      ? createTlsServer({ ...SERVER_OPTIONS, cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] })
      : createPlainServer(SERVER_OPTIONS);
    this.#server.maxHeadersCount = 100;
    this.#server.maxConnections = options.connections;
    this.#server.on('request', options.handle);
    // Whoever reads the body asks for it (100 Continue): a request refused before that never uploads.
    this.#server.on('checkContinue', options.handle);
    this.#server.on('clientError', refuseBrokenRequest);
  }

  /** @throws the system's error, such as EADDRINUSE */
  async listen(): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port, this.options.host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return this.#server.address() as AddressInfo;
  }

  /** Takes no new connections and resolves when the last one has gone. Idle ones are closed again and again: a client may come back on one. */
  async close(): Promise<void> {
    const idle = setInterval(() => this.#server.closeIdleConnections(), 100);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    clearInterval(idle);
  }

  /** Breaks every connection that is still open. */
  destroyConnections(): void {
    this.#server.closeAllConnections();
  }
}

/** Answers requests the HTTP parser refused, in the shape clients know, and closes. */
function refuseBrokenRequest(fault: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || fault.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const error = brokenRequest(fault.code ?? '');
  const body = renderError('openai', error, '');
  socket.end(`HTTP/1.1 ${error.status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
}

function brokenRequest(code: string) {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return apiError('headers_too_large', 'The request headers are larger than 16 KiB.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return apiError('request_timeout', 'The request was not complete in time.');
    default:
      return apiError('invalid_header', 'The request is not valid HTTP/1.1.');
  }
}
