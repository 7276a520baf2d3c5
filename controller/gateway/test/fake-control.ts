import { Server, status, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { EnrolmentService, GatewayLinkService, type CallRecord, type EnrolmentServer, type GatewayLinkServer, type ReportTrafficRequest, type RouteTable, type WatchRoutesRequest } from '@openstation/proto';
import type { TestAuthority } from './pki.js';

/** The controller's GatewayLink with real mutual TLS: pushes tables, collects records, renews certificates. */
export class FakeControl {
  readonly records = new Map<string, CallRecord>();
  readonly watchers = new Set<ServerWritableStream<WatchRoutesRequest, RouteTable>>();
  traffic: ReportTrafficRequest | undefined;
  renewals = 0;
  /** While false, reports are refused although the connection stands. */
  acknowledges = true;
  table: RouteTable | undefined;
  port = 0;
  enrolmentPort = 0;
  #servers: Server[] = [];

  constructor(private readonly authority: TestAuthority) {}

  async start(): Promise<void> {
    const own = await this.authority.issue('control');
    const pair = { cert_chain: Buffer.from(own.certificatePem), private_key: Buffer.from(own.privateKeyPem) };
    const link = new Server();
    link.addService(GatewayLinkService, this.#service());
    this.port = await bind(link, this.port, ServerCredentials.createSsl(Buffer.from(this.authority.pem), [pair], true));
    const enrolment = new Server();
    enrolment.addService(EnrolmentService, this.#enrolment());
    this.enrolmentPort = await bind(enrolment, this.enrolmentPort, ServerCredentials.createSsl(null, [pair]));
    this.#servers = [link, enrolment];
  }

  /** It comes back with its members' port elsewhere; the port for joining stays. */
  async startElsewhere(): Promise<void> {
    const left = this.port;
    this.port = 0;
    await this.start();
    if (this.port === left) throw new Error('the system gave the same port again');
  }

  push(table: RouteTable): void {
    this.table = table;
    for (const watcher of this.watchers) watcher.write(table);
  }

  /** Away at once, as in a crash. */
  stop(): void {
    for (const server of this.#servers.splice(0)) server.forceShutdown();
    this.watchers.clear();
  }

  #enrolment(): EnrolmentServer {
    return {
      getAuthority: (_call, done) => done(null, { authorityPem: this.authority.pem, sessionPort: this.port }),
      beginRecovery: (_call, done) => done({ code: status.UNIMPLEMENTED }),
      recover: (_call, done) => done({ code: status.UNIMPLEMENTED }),
      join: (_call, done) => done({ code: status.PERMISSION_DENIED, details: 'nobody joins here' }),
    };
  }

  #service(): GatewayLinkServer {
    return {
      watchRoutes: (call) => {
        this.watchers.add(call);
        call.on('cancelled', () => this.watchers.delete(call));
        if (this.table) call.write(this.table);
      },
      reportCalls: (call, done) => {
        if (!this.acknowledges) {
          done({ code: status.UNAVAILABLE, details: 'busy' });
          return;
        }
        for (const record of call.request.calls) this.records.set(record.callId, record);
        done(null, {});
      },
      reportTraffic: (call, done) => {
        this.traffic = call.request;
        done(null, {});
      },
      renewGatewayCertificate: (call, done) => {
        this.renewals += 1;
        this.authority.sign(call.request.csrDer, 'gateway/g1').then(
          (certificateChainPem) => done(null, { certificateChainPem, authorityPem: this.authority.pem }),
          (error: unknown) => done({ code: status.INTERNAL, details: String(error) }),
        );
      },
    };
  }
}

function bind(server: Server, port: number, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
}
