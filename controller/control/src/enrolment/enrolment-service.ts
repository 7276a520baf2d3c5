import { status, type sendUnaryData } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { MemberKind, parseJoinToken, type EnrolmentServer, type JoinReply, type JoinRequest, type JoinToken } from '@openstation/proto';
import { Audit, SYSTEM_ACTOR } from '../audit/index.js';
import { Clock, LOGGER } from '../config/index.js';
import { ChangeFeed } from '../events/index.js';
import { LOCAL_ADMIN_ID, isLoopback } from '../http/index.js';
import { AgentListener, Refusal } from '../listeners/index.js';
import { HeartbeatClock, MACHINE_ID, NodeRepository } from '../nodes/index.js';
import { Authority, MemberIdentities, SigningRequestError, signingKeyDigest } from '../pki/index.js';
import { Store, newId, type Tx } from '../store/index.js';
import { twinOf } from './clone-check.js';
import { MemberRow, type JoinTokenRow } from './enrolment.store.js';
import { JoinTokens, type MemberRole } from './join-tokens.js';
import { KnockLimit } from './knock-limit.js';
import { Recovery } from './recovery.js';

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,63}$/u;
const MAX_ADDRESSES = 32;

/** The enrolment RPCs: a join token against certificates. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly store: Store,
    private readonly tokens: JoinTokens,
    private readonly authority: Authority,
    private readonly nodes: NodeRepository,
    private readonly heartbeats: HeartbeatClock,
    private readonly identities: MemberIdentities,
    private readonly recovery: Recovery,
    private readonly knocks: KnockLimit,
    private readonly sessions: AgentListener,
    private readonly audit: Audit,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(MACHINE_ID) private readonly machineId: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  implementation(): EnrolmentServer {
    return {
      getAuthority: (_call, done) => done(null, { authorityPem: this.authority.rootPem, sessionPort: this.sessions.port }),
      join: (call, done) => void this.#answer(call.getPeer(), done, (peer) => this.#join(call.request, peer)),
      beginRecovery: (call, done) => void this.#answer(call.getPeer(), done, () => Promise.resolve(this.recovery.begin(call.request))),
      recover: (call, done) => void this.#answer(call.getPeer(), done, (peer) => signingRequest(this.recovery.recover(call.request, peer))),
    };
  }

  async #answer<T>(peer: string, done: sendUnaryData<T>, work: (peer: string) => Promise<T>): Promise<void> {
    try {
      this.knocks.admit(peer);
      done(null, await work(peer));
    } catch (error) {
      if (error instanceof Refusal) {
        this.logger.warn({ peer, why: error.details }, 'member refused');
        return done(error);
      }
      this.logger.error({ err: error, peer }, 'a member could not be taken');
      done({ code: status.UNAVAILABLE, details: 'the controller cannot take members now: try again' });
    }
  }

  async #join(request: JoinRequest, peer: string): Promise<JoinReply> {
    const kind = roleOf(request.kind);
    const token = parseJoinToken(request.joinToken);
    if (!token) throw new Refusal(status.PERMISSION_DENIED, 'the join token is not complete: copy it again from the console');
    const keyDigest = await signingRequest(signingKeyDigest(request.csrDer));
    const check = await this.tokens.check(token, kind, keyDigest);
    if (check.result === 'refused') throw new Refusal(status.PERMISSION_DENIED, check.why);
    if (check.result === 'repeat') return check.reply;
    return this.#admit(request, kind, token, check.row, keyDigest, peer);
  }

  async #admit(request: JoinRequest, kind: MemberRole, token: JoinToken, row: JoinTokenRow, keyDigest: string, peer: string): Promise<JoinReply> {
    const id = row.nodeId ?? newId();
    const addresses = request.addresses.slice(0, MAX_ADDRESSES);
    const certificates = await signingRequest(this.authority.signMember(request.csrDer, { role: kind, id }, { addresses }));
    const wanted = row.nodeName ?? request.name.normalize('NFC').trim();
    if (!NAME.test(wanted)) throw new Refusal(status.INVALID_ARGUMENT, 'the name must start with a letter or digit and contain only letters, digits and . _ : -');
    const machineId = request.machineId.slice(0, 128);
    if (kind === 'agent') await this.#refuseClone(machineId, request.bootId);
    const reply = await this.store.transaction(async (tx) => {
      if (!(await this.tokens.use(tx, token, keyDigest))) return undefined;
      const name = kind === 'agent' ? await this.#place(tx, row, { id, name: wanted, machineId, addresses, local: await this.#isInstallationsOwn(row, machineId, peer) }) : wanted;
      // A node that is added again over SSH joins again, as the same member.
      await tx.manager.upsert(MemberRow, { id, kind, name, machineId, joinedAt: this.clock.now() }, ['id']);
      const answer: JoinReply = {
        memberId: id, name, clusterId: this.authority.clusterId, certificateChainPem: certificates.clientChainPem,
        dataCertificateChainPem: certificates.dataChainPem, authorityPem: this.authority.rootPem, sessionPort: this.sessions.port,
      };
      await this.identities.issued(tx, id, certificates.clientChainPem);
      await this.tokens.keepReply(tx, token, answer);
      await this.audit.record(tx, { ...SYSTEM_ACTOR, address: peer.slice(0, 64) }, `${kind}.join`, { type: kind, id, name }, { tokenBy: row.createdBy, machineId });
      if (kind === 'agent') tx.afterCommit(() => this.feed.publish({ topic: 'nodes', id, kind: 'changed' }));
      return answer;
    });
    // Somebody else was faster, or it is our own repeated request whose first copy just won.
    if (!reply) return this.#afterLostRace(token, kind, keyDigest);
    this.logger.info({ memberId: id, kind, name: reply.name, peer }, 'member joined');
    return reply;
  }

  async #refuseClone(machineId: string, bootId: string): Promise<void> {
    const known = (await this.nodes.list()).map(({ id, name, inventory }) => ({ name, machineId: inventory?.machineId ?? '', bootId: inventory?.bootId ?? '', silentMs: this.heartbeats.silentMs(id) }));
    const twin = twinOf({ machineId, bootId }, known);
    if (!twin) return;
    throw new Refusal(status.PERMISSION_DENIED, `this server has the machine id of node ${twin.name}, which runs at this moment: its disk is a copy. Give it an id of its own (rm /etc/machine-id && systemd-machine-id-setup), then join again`);
  }

  /** The row of the node that joins: made here, or made before by whoever made the token. @returns its name */
  async #place(tx: Tx, { nodeId }: JoinTokenRow, node: { id: string; name: string; machineId: string; addresses: readonly string[]; local: boolean }): Promise<string> {
    if (nodeId === null) return this.nodes.create(tx, node);
    const name = await this.nodes.adopt(tx, node);
    if (name === undefined) throw new Refusal(status.PERMISSION_DENIED, 'the node of this join token was removed meanwhile');
    return name;
  }

  /**
   * The agent that the supervisor starts beside the controller: it comes over loopback, from the controller's machine, with a
   * token that the local administrator made, and is the first that does. Others on the same machine are nodes like any.
   */
  async #isInstallationsOwn(token: JoinTokenRow, machineId: string, peer: string): Promise<boolean> {
    if (token.createdBy !== LOCAL_ADMIN_ID || !isLoopback(peerHost(peer)) || machineId !== this.machineId) return false;
    return !(await this.nodes.list()).some(({ local }) => local === true);
  }

  async #afterLostRace(token: JoinToken, kind: MemberRole, keyDigest: string): Promise<JoinReply> {
    const check = await this.tokens.check(token, kind, keyDigest);
    if (check.result === 'repeat') return check.reply;
    throw new Refusal(status.PERMISSION_DENIED, check.result === 'refused' ? check.why : 'the join token was used already');
  }
}

/** The host of gRPC's "127.0.0.1:5000" or "[::1]:5000". */
function peerHost(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

function roleOf(kind: MemberKind): MemberRole {
  if (kind === MemberKind.AGENT) return 'agent';
  if (kind === MemberKind.GATEWAY) return 'gateway';
  throw new Refusal(status.INVALID_ARGUMENT, 'the kind of member must be agent or gateway');
}

async function signingRequest<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof SigningRequestError ? new Refusal(status.INVALID_ARGUMENT, error.message) : error;
  }
}
