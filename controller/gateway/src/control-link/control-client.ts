import { Metadata, type ClientReadableStream, type ServiceError } from '@grpc/grpc-js';
import { CONTROLLER_CHANNEL_OPTIONS, controllerCredentials, type MemberRecord } from '@openstation/member';
import { GatewayLinkClient, type CallRecord, type RenewGatewayCertificateReply, type ReportTrafficRequest, type RouteTable } from '@openstation/proto';

const DEADLINE_MS = 5000;
const CHANNEL_OPTIONS = {
  ...CONTROLLER_CHANNEL_OPTIONS,
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  // A controller that vanished without a word is noticed within 15 s.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.initial_reconnect_backoff_ms': 200,
  'grpc.min_reconnect_backoff_ms': 200,
  'grpc.max_reconnect_backoff_ms': 2000,
  // Every client owns its connection, so that a renewed certificate really is shown.
  'grpc.use_local_subchannel_pool': 1,
};

/** The gateway's side of GatewayLink with the certificate of one identity; replaced when that is renewed. */
export class ControlClient {
  #client: GatewayLinkClient;

  constructor(
    record: MemberRecord,
    private readonly version: string,
  ) {
    this.#client = open(record);
  }

  /** New calls use the new certificate; streams of the old connection end and are opened again by their loop. */
  use(record: MemberRecord): void {
    const old = this.#client;
    this.#client = open(record);
    old.close();
  }

  watchRoutes(haveVersion: number): ClientReadableStream<RouteTable> {
    return this.#client.watchRoutes({ gatewayVersion: this.version, haveVersion });
  }

  async reportCalls(calls: CallRecord[], dropped: number): Promise<void> {
    await unary((done) => this.#client.reportCalls({ calls, dropped }, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, done));
  }

  async reportTraffic(traffic: ReportTrafficRequest): Promise<void> {
    await unary((done) => this.#client.reportTraffic(traffic, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, done));
  }

  renewCertificate(csrDer: Buffer): Promise<RenewGatewayCertificateReply> {
    return unary((done) => this.#client.renewGatewayCertificate({ csrDer }, new Metadata(), { deadline: Date.now() + DEADLINE_MS }, done));
  }

  close(): void {
    this.#client.close();
  }
}

function open(record: MemberRecord): GatewayLinkClient {
  return new GatewayLinkClient(record.sessionAddress, controllerCredentials(record.authorityPem, record.privateKeyPem, record.certificateChainPem), CHANNEL_OPTIONS);
}

function unary<T>(call: (done: (error: ServiceError | null, reply: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, reply) => {
      if (error) reject(error);
      else resolve(reply);
    });
  });
}
