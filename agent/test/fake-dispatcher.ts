import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { Server, ServerCredentials, status as Code, type ServerDuplexStream } from '@grpc/grpc-js';
import { waitFor } from '@openstation/kit';
import { parseByteRange, parseModelPath, modelDigest,
  AssignmentSet_Kind, DispatcherService, EnrolmentService, formatJoinToken, newJoinToken,
  type AgentMessage, type Assignment, type ControlMessage, type DispatcherServer, type EnrolmentServer, type InstanceStatus, type LogLine, type MemberIdentity, type ModelManifest,
} from '@openstation/proto';
import { TestAuthority, type Leaf } from './test-authority.js';

type SessionStream = ServerDuplexStream<AgentMessage, ControlMessage>;
type ControlBody = NonNullable<ControlMessage['body']>;

export interface SessionView {
  readonly stream: SessionStream;
  readonly received: AgentMessage[];
  position: number;
  open: boolean;
}

/** A controller for one test: real mutual-TLS gRPC on loopback, scripted from outside. */
export class FakeDispatcher {
  readonly sessions: SessionView[] = [];
  readonly statuses = new Map<string, InstanceStatus[]>();
  readonly files = new Map<string, Buffer>();
  readonly fetches: { path: string; offset: number }[] = [];
  readonly joinToken: string;
  /** Sent after every Welcome. */
  assigned: Assignment[] = [];
  acknowledge = true;
  heartbeatMs = 200;
  /** Lets a test damage or cut what is sent: undefined keeps the bytes, 'cut' ends the stream with an error. */
  onChunk: (path: string, offset: number, data: Buffer) => Buffer | 'cut' | undefined = () => undefined;
  chunkBytes = 64 * 1024;
  /** Of the certificates given at joining; renewed ones live an hour. */
  joinCertificateLifeMs = 3_600_000;
  enrolmentPort = 0;
  sessionPort = 0;
  #servers: Server[] = [];
  #tls: ReturnType<typeof createTlsServer> | undefined;
  readonly #sockets = new Set<TLSSocket>();
  #requests = 0;

  private constructor(readonly authority: TestAuthority, private readonly leaf: Leaf) {
    this.joinToken = formatJoinToken(newJoinToken(authority.certificatePem));
  }

  static start(): Promise<FakeDispatcher> {
    return FakeDispatcher.startAs({ role: 'control', id: '' });
  }

  /** With the certificate of another member: an impostor. */
  static async startAs(identity: Pick<MemberIdentity, 'role' | 'id'>): Promise<FakeDispatcher> {
    const authority = await TestAuthority.create();
    const dispatcher = new FakeDispatcher(authority, await authority.issue(identity, 'server'));
    await dispatcher.resume();
    return dispatcher;
  }

  /** The controller comes (back) up, on the same ports. */
  async resume(): Promise<void> {
    const pair = { private_key: Buffer.from(this.leaf.keyPem), cert_chain: Buffer.from(this.leaf.certificatePem) };
    const session = new Server();
    session.addService(DispatcherService, this.#dispatcher());
    this.sessionPort = await this.#listenToMembers(session);
    const enrolment = new Server();
    enrolment.addService(EnrolmentService, this.#enrolment());
    this.enrolmentPort = await bind(enrolment, this.enrolmentPort, ServerCredentials.createSsl(null, [pair], false));
    this.#servers = [session, enrolment];
  }

  /** The controller comes back with its members' port elsewhere; the port for joining stays. */
  async resumeElsewhere(): Promise<void> {
    const left = this.sessionPort;
    this.sessionPort = 0;
    await this.resume();
    if (this.sessionPort === left) throw new Error('the system gave the same port again');
  }

  /** The controller dies. */
  stop(): void {
    this.#tls?.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.forceShutdown();
    for (const session of this.sessions) session.open = false;
  }

  get session(): SessionView | undefined {
    return this.sessions.findLast((session) => session.open);
  }

  /** Sends an increment and remembers it for later sessions. */
  assign(...assignments: Assignment[]): void {
    const ids = new Set(assignments.map((assignment) => assignment.instanceId));
    this.assigned = [...this.assigned.filter((assignment) => !ids.has(assignment.instanceId)), ...assignments];
    const { session } = this;
    if (!session) return;
    const appliesTo = session.position++;
    this.send({ $case: 'assignments', value: { kind: AssignmentSet_Kind.INCREMENTAL, appliesTo, resultsIn: session.position, assignments } });
  }

  send(body: ControlBody): void {
    this.session?.stream.write({ body });
  }

  latest(instanceId: string): InstanceStatus | undefined {
    return this.statuses.get(instanceId)?.at(-1);
  }

  /** Waits until the newest status of an instance fits. */
  async until(instanceId: string, what: string, fits: (status: InstanceStatus) => boolean, timeoutMs = 15_000): Promise<InstanceStatus> {
    try {
      return await waitFor(() => { const latest = this.latest(instanceId); return latest && fits(latest) ? latest : undefined; }, { what, timeoutMs, everyMs: 20 });
    } catch (error) {
      throw new Error(`${(error as Error).message}; last: ${JSON.stringify(this.latest(instanceId))}`);
    }
  }

  async log(instanceId: string, tail: number): Promise<{ lines: LogLine[]; error: string }> {
    const requestId = `r${++this.#requests}`;
    this.send({ $case: 'logRequest', value: { requestId, instanceId, tail, follow: false } });
    const chunks = () => (this.session?.received ?? []).flatMap(({ body }) => (body?.$case === 'logChunk' && body.value.requestId === requestId ? [body.value] : []));
    const last = await waitFor(() => chunks().find((chunk) => chunk.end), { what: 'end of the log', timeoutMs: 10_000 });
    return { lines: chunks().flatMap((chunk) => chunk.lines), error: last.error };
  }

  manifest(modelId: string): ModelManifest {
    const files = [...this.files].map(([path, data]) => ({ path, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex'), pieceSha256: Buffer.alloc(0) }));
    return { modelId, name: 'test model', digest: modelDigest(files), totalBytes: files.reduce((sum, file) => sum + file.bytes, 0), files };
  }

  /** One port as the controller has it: gRPC for `h2`, model files for `http/1.1`. */
  async #listenToMembers(session: Server): Promise<number> {
    const injector = session.createConnectionInjector(ServerCredentials.createInsecure());
    const http = createHttpServer((request, response) => this.#sendFile(request, response));
    const { keyPem: key, certificatePem: cert } = this.leaf;
    const tls = createTlsServer({ key, cert, ca: this.authority.certificatePem, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket)).on('error', () => undefined);
      if (socket.alpnProtocol === 'h2') injector.injectConnection(socket);
      else http.emit('connection', socket);
    });
    this.#tls = tls;
    await new Promise<void>((resolve, reject) => {
      tls.once('error', reject);
      tls.listen(this.sessionPort, '127.0.0.1', resolve);
    });
    return (tls.address() as AddressInfo).port;
  }

  #sendFile(request: IncomingMessage, response: ServerResponse): void {
    const path = parseModelPath(request.url ?? '')?.file ?? '';
    const data = this.files.get(path) ?? Buffer.alloc(0);
    const range = parseByteRange(request.headers.range, data.length);
    if (!range) return void response.writeHead(404).end();
    const [from, to] = range;
    this.fetches.push({ path, offset: from });
    response.writeHead(206, { 'content-length': to - from });
    for (let at = from; at < to; at += this.chunkBytes) {
      const bytes = data.subarray(at, Math.min(at + this.chunkBytes, to));
      const changed = this.onChunk(path, at, bytes);
      if (changed === 'cut') return void response.destroy();
      response.write(changed ?? bytes);
    }
    response.end();
  }

  #dispatcher(): DispatcherServer {
    return {
      session: (stream) => this.#open(stream),
      renewCertificate: (call, done) => void this.#certificates(call.request.csrDer, 'n-1').then((pems) => done(null, { ...pems, authorityPem: this.authority.certificatePem }), done),
      getManifest: (call, done) => (this.files.size === 0 ? done({ code: Code.NOT_FOUND, details: 'no such model' }) : done(null, this.manifest(call.request.modelId))),
      getModelSources: (_call, done) => done(null, { sources: [], grant: '', grantExpiresAtMs: 0 }),
      fetchAgentArchive: (stream) => void stream.emit('error', { code: Code.NOT_FOUND, details: 'no upgrade was ordered' }),
      fetchFile: (stream) => void stream.emit('error', { code: Code.UNIMPLEMENTED, details: 'files come over HTTP' }),
    };
  }

  #enrolment(): EnrolmentServer {
    return {
      getAuthority: (_call, done) => done(null, { authorityPem: this.authority.certificatePem, sessionPort: this.sessionPort }),
      beginRecovery: (_call, done) => done({ code: Code.UNIMPLEMENTED }),
      recover: (_call, done) => done({ code: Code.UNIMPLEMENTED }),
      join: (call, done) => {
        if (call.request.joinToken !== this.joinToken) return done({ code: Code.PERMISSION_DENIED, details: 'this join token was used already' });
        const member = { memberId: 'n-1', name: call.request.name, clusterId: this.authority.clusterId, authorityPem: this.authority.certificatePem, sessionPort: this.sessionPort };
        void this.#certificates(call.request.csrDer, 'n-1', this.joinCertificateLifeMs).then((pems) => done(null, { ...member, ...pems }), done);
      },
    };
  }

  async #certificates(csrDer: Uint8Array, id: string, lifeMs = 3_600_000) {
    const identity = { role: 'agent', id } as const;
    return {
      certificateChainPem: await this.authority.sign(csrDer, identity, 'client', lifeMs),
      dataCertificateChainPem: await this.authority.sign(csrDer, identity, 'server', lifeMs),
    };
  }

  #open(stream: SessionStream): void {
    const session: SessionView = { stream, received: [], position: 1, open: true };
    this.sessions.push(session);
    const close = (): void => void (session.open = false);
    stream.on('error', close).on('end', close).on('cancelled', close);
    stream.on('data', (message: AgentMessage) => {
      session.received.push(message);
      const { body } = message;
      if (body?.$case === 'hello') {
        const welcome = { sessionNumber: this.sessions.length, heartbeatMs: this.heartbeatMs, clusterId: this.authority.clusterId, nodeId: 'n-1', nodeName: 'test' };
        stream.write({ body: { $case: 'welcome', value: welcome } });
        stream.write({ body: { $case: 'assignments', value: { kind: AssignmentSet_Kind.COMPLETE, appliesTo: 0, resultsIn: session.position, assignments: this.assigned } } });
      }
      if (body?.$case !== 'statuses') return;
      for (const status of body.value.statuses) this.statuses.set(status.instanceId, [...(this.statuses.get(status.instanceId) ?? []), status]);
      if (this.acknowledge) stream.write({ body: { $case: 'statusAck', value: { batch: body.value.batch } } });
    });
  }
}

function bind(server: Server, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
}
