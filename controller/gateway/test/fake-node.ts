import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttps, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTls, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Target } from '@openstation/proto';
import type { TestAuthority } from './pki.js';

export interface SeenRequest {
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly body: Buffer;
  readonly at: number;
  /** When the connection under the request was closed before the answer was complete; performance.now(). */
  abortedAt?: number;
}

export type Behaviour = (seen: SeenRequest, response: ServerResponse) => void | Promise<void>;

/** A node's data port: requires a gateway's certificate and answers as told. */
export class FakeNode {
  readonly seen: SeenRequest[] = [];
  readonly sockets = new Set<Socket>();
  connections = 0;
  behave: Behaviour = (_seen, response) => void response.writeHead(500).end();
  port = 0;
  #server: Server | undefined;

  constructor(
    private readonly authority: TestAuthority,
    readonly id: string,
    private readonly shownId = id,
  ) {}

  get target(): Target {
    return { instanceId: `i-${this.id}`, nodeId: this.id, address: '127.0.0.1', port: this.port, engineModel: '', nodeName: this.id };
  }

  async start(): Promise<void> {
    const own = await this.authority.issue(`agent/${this.shownId}`);
    const server = createHttps({ key: own.privateKeyPem, cert: own.certificatePem, ca: this.authority.pem, requestCert: true, rejectUnauthorized: true });
    server.on('request', (request, response) => void this.#request(request, response));
    server.on('secureConnection', (socket) => {
      this.connections += 1;
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // The gateway broke the request off while sending it.
    }
    const seen: SeenRequest = { headers: request.headers, path: request.url ?? '', body: Buffer.concat(chunks), at: performance.now() };
    this.seen.push(seen);
    response.once('close', () => {
      if (!response.writableFinished) seen.abortedAt = performance.now();
    });
    await this.behave(seen, response);
  }
}

/** A data port that speaks raw bytes, for answers no HTTP server would give. */
export class RawNode {
  port = 0;
  #server: TlsServer | undefined;
  readonly sockets = new Set<TLSSocket>();

  constructor(
    private readonly authority: TestAuthority,
    readonly id: string,
    /** Called once per request, when its head and body have come. */
    public behave: (socket: TLSSocket, reset: () => void) => void,
  ) {}

  get target(): Target {
    return { instanceId: `i-${this.id}`, nodeId: this.id, address: '127.0.0.1', port: this.port, engineModel: '', nodeName: this.id };
  }

  async start(): Promise<void> {
    const own = await this.authority.issue(`agent/${this.id}`);
    const raw = new Map<number | undefined, Socket>();
    const server = createTls({ key: own.privateKeyPem, cert: own.certificatePem, ca: this.authority.pem, requestCert: true, rejectUnauthorized: true }, (socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const head = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/.exec(text)?.[1] ?? 0);
        if (head < 0 || text.length < head + 4 + length) return;
        text = '';
        this.behave(socket, () => raw.get(socket.remotePort)?.resetAndDestroy());
      });
    });
    // A TLS socket cannot send RST; the TCP socket under it can.
    server.on('connection', (socket: Socket) => raw.set(socket.remotePort, socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve));
  }
}
