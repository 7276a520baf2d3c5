import { status, type ServerUnaryCall, type ServerWritableStream, type sendUnaryData } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import type { DispatcherServer, FetchAgentArchiveRequest, FileChunk, RenewCertificateReply, RenewCertificateRequest } from '@openstation/proto';
import { once } from 'node:events';
import { LOGGER } from '../config/index.js';
import { ApiError } from '../http/index.js';
import { InstanceLink, type InstanceLogLine, type InstanceTalk } from '../instances/index.js';
import { Refusal, peerMember } from '../listeners/index.js';
import { NodeEvents } from '../nodes/index.js';
import { Authority, MemberIdentities, SigningRequestError } from '../pki/index.js';
import { ArchiveStream, UpgradeLink } from '../rollout/index.js';
import type { AgentSession } from './agent-session.js';
import { ModelFiles } from './model-files.js';
import { SessionRegistry } from './session-registry.js';
import { SessionService } from './session-service.js';

/** The Dispatcher RPCs, and the way back for those who ask an agent something. */
@Injectable()
export class DispatcherRpc {
  constructor(
    private readonly sessions: SessionService,
    private readonly registry: SessionRegistry,
    private readonly files: ModelFiles,
    private readonly authority: Authority,
    private readonly identities: MemberIdentities,
    private readonly nodeEvents: NodeEvents,
    private readonly archives: ArchiveStream,
    upgrades: UpgradeLink,
    link: InstanceLink,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    link.provide(this.#talk());
    upgrades.provide({
      connected: (nodeId) => this.registry.get(nodeId) !== undefined,
      send: (nodeId, value) => {
        const session = this.registry.get(nodeId);
        session?.send({ body: { $case: 'upgrade', value } });
        return session !== undefined;
      },
    });
  }

  implementation(): DispatcherServer {
    return {
      session: (call) => void this.sessions.serve(call),
      renewCertificate: (call, done) => void this.#answer(done, () => this.#renew(call)),
      getManifest: (call, done) => void this.#answer(done, () => this.files.manifest(call)),
      getModelSources: (call, done) => void this.#answer(done, () => this.files.sources(call)),
      fetchAgentArchive: (call) => void this.#sendArchive(call).catch((error: unknown) => call.emit('error', this.#refusal(error))),
      fetchFile: (call) => void this.files.send(call).catch((error: unknown) => call.emit('error', this.#refusal(error))),
    };
  }

  async #sendArchive(call: ServerWritableStream<FetchAgentArchiveRequest, FileChunk>): Promise<void> {
    const { role, id } = peerMember(call);
    const chunks = role === 'agent' ? await this.archives.open(id, call.request) : undefined;
    if (!chunks) throw new Refusal(status.NOT_FOUND, 'no upgrade of this node names that archive');
    const gone = new AbortController();
    for (const event of ['cancelled', 'close', 'error']) call.once(event, () => gone.abort());
    for await (const chunk of chunks) {
      if (gone.signal.aborted || call.cancelled) return;
      if (!call.write(chunk)) await once(call, 'drain', { signal: gone.signal }).catch((error: unknown) => this.#unlessGone(error, gone.signal));
    }
    call.end();
  }

  #unlessGone(error: unknown, gone: AbortSignal): void {
    if (!gone.aborted) throw error;
  }

  async #renew(call: ServerUnaryCall<RenewCertificateRequest, RenewCertificateReply>): Promise<RenewCertificateReply> {
    const { role, id } = peerMember(call);
    if (role !== 'agent') throw new Refusal(status.PERMISSION_DENIED, 'only agents renew here');
    const { clientChainPem, dataChainPem } = await this.authority.signMember(call.request.csrDer, { role, id }, { addresses: call.request.addresses.slice(0, 32) });
    await this.identities.renewed(id, clientChainPem);
    this.nodeEvents.note(id, { severity: 'info', kind: 'identity', code: 'certificate-renewed', message: 'the agent has a new certificate' });
    this.logger.info({ nodeId: id }, 'agent certificates renewed');
    return { certificateChainPem: clientChainPem, dataCertificateChainPem: dataChainPem, authorityPem: this.authority.rootPem };
  }

  async #answer<T>(done: sendUnaryData<T>, work: () => Promise<T>): Promise<void> {
    try {
      done(null, await work());
    } catch (error) {
      done(this.#refusal(error));
    }
  }

  #refusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    if (error instanceof SigningRequestError) return new Refusal(status.INVALID_ARGUMENT, error.message);
    this.logger.error({ err: error }, 'an agent request failed');
    return new Refusal(status.UNAVAILABLE, 'the controller cannot do this now');
  }

  #talk(): InstanceTalk {
    return {
      readLog: (nodeId, instanceId, tail, signal) => this.#readLog(nodeId, instanceId, tail, signal),
      followLog: (nodeId, instanceId, tail, signal) => this.#session(nodeId).requests.log(instanceId, tail, true, signal),
      probe: async (nodeId, instanceId) => this.#session(nodeId).requests.probe(instanceId),
      conformance: async (nodeId, instanceId) => this.#session(nodeId).requests.conformance(instanceId),
    };
  }

  async #readLog(nodeId: string, instanceId: string, tail: number, signal: AbortSignal): Promise<InstanceLogLine[]> {
    const lines: InstanceLogLine[] = [];
    for await (const line of this.#session(nodeId).requests.log(instanceId, tail, false, signal)) lines.push(line);
    return lines;
  }

  #session(nodeId: string): AgentSession {
    const session = this.registry.get(nodeId);
    if (!session) throw new ApiError('unavailable', 'the node is not connected right now', { retryAfterSeconds: 5 });
    return session;
  }
}
