import { Server as GrpcServer, ServerCredentials, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import { memberFromSubjectAltName, type MemberIdentity } from '@openstation/proto';
import type { Logger } from '@openstation/kit';
import { CONTROL_CONFIG, LOGGER, type ControlConfig } from '../config/index.js';
import { Authority, Revocations } from '../pki/index.js';
import { closeServer, newGrpcServer } from './grpc-port.js';
import { MemberGuard } from './guard-members.js';

/** Answers an HTTP/1.1 request of a member. */
export type MemberRequest = (member: MemberIdentity, request: IncomingMessage, response: ServerResponse) => void;

const HANDSHAKE_MS = 10_000;
/** A member whose HTTP/1.1 connection moves no byte for so long, within a request or an answer, is cut off. */
const STILL_MS = 120_000;

/**
 * The port for members of the cluster: mutual TLS, a client certificate of ours is required. What the client offers in
 * ALPN decides: `h2` is gRPC, `http/1.1` the lean way for files.
 */
@Injectable()
export class AgentListener implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #grpc: GrpcServer = newGrpcServer();
  readonly #injector = this.#grpc.createConnectionInjector(ServerCredentials.createInsecure());
  readonly #http: HttpServer = createHttpServer((request, response) => this.#request(request, response));
  readonly #guard: MemberGuard;
  readonly #members = new Map<Socket, MemberIdentity>();
  #answer: MemberRequest = (_member, _request, response) => void response.writeHead(404).end();
  #tls: TlsServer | undefined;
  #port = 0;

  constructor(
    private readonly authority: Authority,
    private readonly revocations: Revocations,
    @Inject(CONTROL_CONFIG) private readonly config: ControlConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#guard = new MemberGuard(authority.clusterId, revocations);
    this.#http.headersTimeout = HANDSHAKE_MS;
    this.#http.keepAliveTimeout = 30_000;
    this.#http.timeout = STILL_MS;
    revocations.onRevoked((memberId) => this.#cut(memberId));
  }

  /** Serves it to members; call before the application starts to listen. */
  addService(definition: ServiceDefinition, implementation: object): void {
    this.#grpc.addService(definition, this.#guard.wrap(definition, implementation as UntypedServiceImplementation));
  }

  /** Hands it every HTTP/1.1 request of a member that is not revoked. */
  serveRequests(answer: MemberRequest): void {
    this.#answer = answer;
  }

  /** The port it listens on; 0 before. */
  get port(): number {
    return this.#port;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { keyPem, chainPem } = await this.authority.issueServer(this.config.console.publicHosts);
    const { host, port } = this.config.agents;
    const tls = createTlsServer(
      { key: keyPem, cert: chainPem, ca: this.authority.rootPem, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', ALPNProtocols: ['h2', 'http/1.1'], handshakeTimeout: HANDSHAKE_MS },
      (socket) => this.#connected(socket),
    );
    tls.on('tlsClientError', (error) => this.logger.debug({ reason: error.message }, 'agents port: connection refused'));
    await listen(tls, host, port);
    this.#tls = tls;
    this.#port = (tls.address() as AddressInfo).port;
    this.logger.info({ host, port: this.#port }, 'agents listener is open');
  }

  async onApplicationShutdown(): Promise<void> {
    this.#tls?.close();
    this.#http.closeAllConnections();
    for (const socket of this.#members.keys()) socket.destroy();
    await closeServer(this.#grpc);
  }

  #connected(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') return this.#injector.injectConnection(socket);
    const member = memberFromSubjectAltName(socket.getPeerCertificate().subjectaltname);
    if (member?.clusterId !== this.authority.clusterId || this.revocations.reason(member.id) !== undefined) return void socket.destroy();
    this.#members.set(socket, member);
    socket.once('close', () => this.#members.delete(socket));
    this.#http.emit('connection', socket);
  }

  #request(request: IncomingMessage, response: ServerResponse): void {
    const member = this.#members.get(request.socket);
    if (member) this.#answer(member, request, response);
    else response.destroy();
  }

  #cut(memberId: string): void {
    for (const [socket, member] of this.#members) if (member.id === memberId) socket.destroy();
  }
}

async function listen(server: TlsServer, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: Error) => reject(new Error(`cannot listen on ${host}:${port}: ${error.message}`, { cause: error })));
    server.listen(port, host, resolve);
  });
}
