import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Logger } from '@openstation/kit';
import type { MemberRecord } from '@openstation/member';
import { AGENT_ERROR_HEADER, ENGINE_PATHS, INSTANCE_HEADER, MODELS_PATH, memberFromSubjectAltName, type AgentErrorCode, type MemberIdentity } from '@openstation/proto';
import type { CallTarget } from '../runner/index.js';
import type { RevokedMembers } from './revoked-members.js';
import { clientResponseHeaders, engineRequestHeaders } from './engine-headers.js';

const PATHS = new Set(ENGINE_PATHS);
const STATUS: Record<AgentErrorCode, number> = {
  'instance-unknown': 404,
  'path-not-allowed': 404,
  'instance-not-running': 503,
  'engine-unreachable': 502,
  'engine-lost': 502,
};
const CLOSE_GRACE_MS = 1000;

/** Finds where an instance can be called. */
export type FindTarget = (instanceId: string) => CallTarget;

/** Answers another agent's question about model files. */
export type AnswerModels = (peer: MemberIdentity, request: IncomingMessage, response: ServerResponse) => void;

/**
 * The node's only inbound door: HTTPS, client certificate of a gateway or another agent of this cluster. Passes allowed calls of
 * gateways to engines, unbuffered, and ties both ends together: whichever goes first takes the other with it. Agents
 * reach model files only.
 */
export class DataPlane {
  readonly #server: Server;
  readonly #engines = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  readonly #peers = new WeakMap<object, MemberIdentity>();
  #clusterId: string;

  constructor(
    member: MemberRecord,
    private readonly find: FindTarget,
    private readonly succeeded: (instanceId: string) => void,
    private readonly revoked: Pick<RevokedMembers, 'has'>,
    private readonly answerModels: AnswerModels,
    private readonly log: Logger,
  ) {
    this.#clusterId = member.clusterId;
    this.#server = createServer({ ...tlsOf(member), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] });
    this.#server.requestTimeout = 0; // a long upload is the gateway's to limit
    this.#server.headersTimeout = 10_000;
    this.#server.keepAliveTimeout = 75_000;
    this.#server.on('secureConnection', (socket: TLSSocket) => this.#admit(socket));
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response));
    this.#server.on('tlsClientError', (error: Error) => this.log.debug({ reason: error.message }, 'data port: connection refused'));
  }

  /** Listens; resolves with the port. @throws when the address is taken */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** New connections use the new certificate. */
  renew(member: MemberRecord): void {
    this.#clusterId = member.clusterId;
    this.#server.setSecureContext(tlsOf(member));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), CLOSE_GRACE_MS);
    await closed;
    clearTimeout(cut);
    this.#engines.destroy();
  }

  /** The chain is verified already; here: is it a gateway or an agent, and of this cluster? */
  #admit(socket: TLSSocket): void {
    const peer = memberFromSubjectAltName(socket.getPeerCertificate().subjectaltname);
    const welcome = peer && peer.role !== 'control' && peer.clusterId === this.#clusterId && !this.revoked.has(peer.id);
    if (welcome) return void this.#peers.set(socket, peer);
    this.log.warn({ peer: peer ? `${peer.role}/${peer.id}` : 'unknown' }, 'data port: only gateways and agents of this cluster may call');
    socket.destroy();
  }

  /** Who was removed meanwhile is not served on an old connection either. */
  #serve(request: IncomingMessage, response: ServerResponse): void {
    const peer = this.#peers.get(request.socket);
    if (!peer || this.revoked.has(peer.id)) return void request.socket.destroy();
    if (peer.role === 'gateway') return this.#call(request, response);
    if (request.url?.startsWith(MODELS_PATH)) return this.answerModels(peer, request, response);
    refuse(response, 'path-not-allowed', 'agents may ask for model files only');
  }

  #call(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (request.method !== 'POST' || !PATHS.has(path)) return refuse(response, 'path-not-allowed', `${request.method ?? ''} ${path} is not passed to engines`);
    const instanceId = request.headers[INSTANCE_HEADER];
    const id = typeof instanceId === 'string' ? instanceId : '';
    const target = this.find(id);
    if (target.kind === 'unknown') return refuse(response, 'instance-unknown', 'this node does not have that instance');
    if (target.kind === 'not-running') return refuse(response, 'instance-not-running', 'the instance does not run at the moment');
    this.#pass(request, response, target, id);
  }

  #pass(request: IncomingMessage, response: ServerResponse, target: Extract<CallTarget, { kind: 'ok' }>, instanceId: string): void {
    const call = httpRequest({
      host: target.host,
      port: target.port,
      method: 'POST',
      path: request.url,
      headers: engineRequestHeaders(request.headers, target.key),
      agent: this.#engines,
    });
    call.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, clientResponseHeaders(answer.headers));
      response.flushHeaders();
      answer.pipe(response);
      // What is answered and what ends well are signs of life; what is refused as well: somebody had to refuse it.
      if ((answer.statusCode ?? 500) < 500) {
        this.succeeded(instanceId);
        answer.once('end', () => this.succeeded(instanceId));
      }
      answer.once('error', () => response.destroy());
    });
    call.setNoDelay(true);
    call.once('error', (error) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      // A connection that was never made, or a kept one that the engine had closed already, carried nothing.
      const untouched = call.reusedSocket || (error as NodeJS.ErrnoException).syscall === 'connect';
      refuse(response, untouched ? 'engine-unreachable' : 'engine-lost', `the engine did not answer: ${error.message}`);
    });
    // Before the answer is finished, a closed response means the client is gone: the engine stops generating.
    response.once('close', () => {
      if (!response.writableFinished) call.destroy();
    });
    request.once('error', () => call.destroy());
    request.pipe(call);
  }
}

function refuse(response: ServerResponse, code: AgentErrorCode, message: string): void {
  const body = JSON.stringify({ error: { message, type: 'agent_error', param: null, code } });
  response.writeHead(STATUS[code], { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), [AGENT_ERROR_HEADER]: code });
  response.end(body);
}

function tlsOf(member: MemberRecord): { key: string; cert: string; ca: string } {
  return { key: member.privateKeyPem, cert: member.dataCertificateChainPem, ca: member.authorityPem };
}
