import { Server, status, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { GatewayLinkService, type CallRecord, type GatewayLinkServer, type RouteTable, type WatchRoutesRequest } from '@openstation/proto';
import type { TestAuthority } from './pki.js';

/** The controller's GatewayLink with real mutual TLS: pushes tables, collects records, renews certificates. */
export class FakeControl {
  readonly records = new Map<string, CallRecord>();
  readonly watchers = new Set<ServerWritableStream<WatchRoutesRequest, RouteTable>>();
  renewals = 0;
  /** While false, reports are refused although the connection stands. */
  acknowledges = true;
  table: RouteTable | undefined;
  port = 0;
  #server: Server | undefined;

  constructor(private readonly authority: TestAuthority) {}

  async start(): Promise<void> {
    const own = await this.authority.issue('control');
    const server = new Server();
    server.addService(GatewayLinkService, this.#service());
    const credentials = ServerCredentials.createSsl(Buffer.from(this.authority.pem), [{ cert_chain: Buffer.from(own.certificatePem), private_key: Buffer.from(own.privateKeyPem) }], true);
    this.port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`127.0.0.1:${this.port}`, credentials, (error, port) => (error ? reject(error) : resolve(port)));
    });
    this.#server = server;
  }

  push(table: RouteTable): void {
    this.table = table;
    for (const watcher of this.watchers) watcher.write(table);
  }

  /** Away at once, as in a crash. */
  stop(): void {
    this.#server?.forceShutdown();
    this.#server = undefined;
    this.watchers.clear();
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
