import { status, type ServerUnaryCall, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type {
  GatewayLinkServer, RenewGatewayCertificateReply, RenewGatewayCertificateRequest, ReportCallsReply, ReportCallsRequest, ReportTrafficReply, ReportTrafficRequest, RouteTable, WatchRoutesRequest,
} from '@openstation/proto';
import { LOGGER } from '../config/index.js';
import { Refusal, peerMember, type MemberCall } from '../listeners/index.js';
import { Authority, MemberIdentities, SigningRequestError } from '../pki/index.js';
import { Traffic } from '../traffic/index.js';
import { CallLog } from '../usage/index.js';
import { ConnectedGateways } from './connected-gateways.js';
import { RoutePublisher } from './route-publisher.js';

/** What gateways ask of the controller. Every call starts with who is asking: a gateway's certificate, or nothing. */
@Injectable()
export class GatewayLink {
  constructor(
    private readonly publisher: RoutePublisher,
    private readonly calls: CallLog,
    private readonly authority: Authority,
    private readonly identities: MemberIdentities,
    private readonly gateways: ConnectedGateways,
    private readonly traffic: Traffic,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  implementation(): GatewayLinkServer {
    return {
      watchRoutes: (call) => this.#watchRoutes(call),
      reportCalls: (call, done) => void answer(done, () => this.#reportCalls(call), this.logger),
      reportTraffic: (call, done) => void answer(done, () => Promise.resolve(this.#reportTraffic(call)), this.logger),
      renewGatewayCertificate: (call, done) => void answer(done, () => this.#renew(call), this.logger),
    };
  }

  #watchRoutes(call: ServerWritableStream<WatchRoutesRequest, RouteTable>): void {
    let gatewayId: string;
    try {
      gatewayId = gatewayOf(call);
    } catch (error) {
      call.emit('error', error);
      return;
    }
    const leave = this.gateways.enter(gatewayId);
    this.traffic.back(gatewayId);
    const stop = this.publisher.subscribe(newestOnly(call));
    this.logger.info({ gatewayId, gatewayVersion: call.request.gatewayVersion, haveVersion: call.request.haveVersion }, 'gateway connected');
    call.once('close', () => {
      stop();
      leave();
      this.traffic.lost(gatewayId);
      this.logger.info({ gatewayId }, 'gateway gone');
    });
    call.on('error', (error: Error) => this.logger.debug({ err: error, gatewayId }, 'gateway stream ended'));
    call.on('cancelled', () => call.end());
  }

  async #reportCalls(call: ServerUnaryCall<ReportCallsRequest, ReportCallsReply>): Promise<ReportCallsReply> {
    const gatewayId = gatewayOf(call);
    for (const { serviceId, startedAtMs, durationMs } of call.request.calls) if (serviceId !== '') this.traffic.called(serviceId, startedAtMs + durationMs);
    await this.calls.ingest(gatewayId, call.request.calls);
    if (call.request.dropped > 0) this.logger.warn({ gatewayId, dropped: call.request.dropped }, 'the gateway lost call records because its buffer was full');
    return {};
  }

  #reportTraffic(call: ServerUnaryCall<ReportTrafficRequest, ReportTrafficReply>): ReportTrafficReply {
    this.traffic.report(gatewayOf(call), call.request);
    return {};
  }

  async #renew(call: ServerUnaryCall<RenewGatewayCertificateRequest, RenewGatewayCertificateReply>): Promise<RenewGatewayCertificateReply> {
    const id = gatewayOf(call);
    try {
      const { clientChainPem } = await this.authority.signMember(call.request.csrDer, { role: 'gateway', id }, { addresses: [] });
      await this.identities.renewed(id, clientChainPem);
      this.logger.info({ gatewayId: id }, 'gateway certificate renewed');
      return { certificateChainPem: clientChainPem, authorityPem: this.authority.rootPem };
    } catch (error) {
      if (error instanceof SigningRequestError) throw new Refusal(status.INVALID_ARGUMENT, error.message);
      throw error;
    }
  }
}

/** A slow gateway gets the newest table when it can take one, not every table in between. */
function newestOnly(call: ServerWritableStream<WatchRoutesRequest, RouteTable>): (table: RouteTable) => void {
  let full = false;
  let next: RouteTable | undefined;
  const send = (table: RouteTable): void => {
    if (call.destroyed || call.cancelled) return;
    full = !call.write(table);
  };
  call.on('drain', () => {
    full = false;
    const waiting = next;
    next = undefined;
    if (waiting) send(waiting);
  });
  return (table) => {
    if (full) next = table;
    else send(table);
  };
}

/** @throws Refusal PERMISSION_DENIED when it is another member. */
function gatewayOf(call: MemberCall): string {
  const member = peerMember(call);
  if (member.role !== 'gateway') throw new Refusal(status.PERMISSION_DENIED, 'only gateways may ask this');
  return member.id;
}

async function answer<T>(done: sendUnaryData<T>, work: () => Promise<T>, logger: Logger): Promise<void> {
  try {
    done(null, await work());
  } catch (error) {
    if (error instanceof Refusal) return done(error);
    logger.error({ err: error }, 'a gateway request failed');
    done({ code: status.UNAVAILABLE, details: 'the controller cannot do this now' });
  }
}
