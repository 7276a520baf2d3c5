import { X509Certificate, randomBytes, verify } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@openstation/kit';
import { memberFromSubjectAltName, recoveryStatement, type BeginRecoveryReply, type BeginRecoveryRequest, type JoinReply, type MemberIdentity, type RecoverRequest } from '@openstation/proto';
import { Audit, SYSTEM_ACTOR } from '../audit/index.js';
import { Clock, LOGGER } from '../config/index.js';
import { AgentListener, Refusal } from '../listeners/index.js';
import { Authority, MemberIdentities, RECOVERY_WINDOW_MS, Revocations, certificateFacts } from '../pki/index.js';
import { Store } from '../store/index.js';
import { MemberRow } from './enrolment.store.js';

const NONCE_LIFE_MS = 60_000;
const MAX_NONCES = 2_000;
const MAX_CHAIN = 16_384;
const MAX_ADDRESSES = 32;
const BY_HAND = 'readmit it in the console, or join again with a new token';

/** Members that were away until their certificate ran out come back with their old key, a few times without a person. */
@Injectable()
export class Recovery {
  readonly #nonces = new Map<string, { readonly memberId: string; readonly at: number }>();

  constructor(
    private readonly store: Store,
    private readonly authority: Authority,
    private readonly identities: MemberIdentities,
    private readonly revocations: Revocations,
    private readonly sessions: AgentListener,
    private readonly audit: Audit,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @throws Refusal */
  begin({ certificateChainPem }: BeginRecoveryRequest): BeginRecoveryReply {
    const { member } = this.#certificate(certificateChainPem);
    const now = this.clock.now();
    for (const [key, { at }] of this.#nonces) if (now - at > NONCE_LIFE_MS) this.#nonces.delete(key);
    if (this.#nonces.size >= MAX_NONCES) throw new Refusal(status.RESOURCE_EXHAUSTED, 'too many members recover at this moment: try again in a minute');
    const nonce = randomBytes(32);
    this.#nonces.set(nonce.toString('base64'), { memberId: member.id, at: now });
    return { nonce };
  }

  /** @throws Refusal, SigningRequestError */
  async recover(request: RecoverRequest, peer: string): Promise<JoinReply> {
    const { member, leaf } = this.#certificate(request.certificateChainPem);
    this.#useNonce(request.nonce, member.id);
    if (!verify('sha256', recoveryStatement(request.nonce), leaf.publicKey, request.signature)) throw new Refusal(status.PERMISSION_DENIED, 'the nonce is not signed by the key of this certificate');
    const { keyDigest, expiresAt } = certificateFacts(request.certificateChainPem);
    if (!(await this.identities.hasKey(member.id, keyDigest))) throw new Refusal(status.PERMISSION_DENIED, `this ${member.role} has renewed since: an older key counts no more (${BY_HAND})`);
    const awayMs = this.clock.now() - expiresAt;
    if (awayMs > RECOVERY_WINDOW_MS) throw new Refusal(status.PERMISSION_DENIED, `the certificate ran out ${Math.floor(awayMs / 86_400_000)} days ago, more than ${RECOVERY_WINDOW_MS / 86_400_000}: join again with a new token`);
    const row = await this.store.manager.findOneBy(MemberRow, { id: member.id });
    if (!row) throw new Refusal(status.PERMISSION_DENIED, `this ${member.role} is not known here; join again with a new token`);
    const certificates = await this.authority.signMember(request.csrDer, { role: member.role, id: member.id }, { addresses: request.addresses.slice(0, MAX_ADDRESSES) });
    await this.store.transaction(async (tx) => {
      // One that has not run out could renew: it costs nothing to let it come this way, clocks differ.
      if (awayMs > 0 && !(await this.identities.recovered(tx, member.id))) throw new Refusal(status.PERMISSION_DENIED, `${row.name} came back by itself too often, or is thought to be a copy: ${BY_HAND}`);
      await this.identities.issued(tx, member.id, certificates.clientChainPem);
      await this.audit.record(tx, { ...SYSTEM_ACTOR, address: peer.slice(0, 64) }, `${member.role}.recover`, { type: member.role, id: member.id, name: row.name }, { expiredForMs: awayMs });
    });
    this.logger.warn({ memberId: member.id, name: row.name, expiredForMs: awayMs, peer }, 'member recovered its identity');
    return {
      memberId: member.id, name: row.name, clusterId: this.authority.clusterId, certificateChainPem: certificates.clientChainPem,
      dataCertificateChainPem: certificates.dataChainPem, authorityPem: this.authority.rootPem, sessionPort: this.sessions.port,
    };
  }

  /** The certificate must be one of ours; only its age is forgiven. */
  #certificate(chainPem: string): { leaf: X509Certificate; member: MemberIdentity } {
    const leaf = parseLeaf(chainPem);
    const genuine = leaf.verify(new X509Certificate(this.authority.rootPem).publicKey);
    const member = genuine ? memberFromSubjectAltName(leaf.subjectAltName) : undefined;
    if (!member || member.role === 'control' || member.clusterId !== this.authority.clusterId) throw new Refusal(status.PERMISSION_DENIED, 'the certificate is not of this cluster');
    const removed = this.revocations.reason(member.id);
    if (removed !== undefined) throw new Refusal(status.PERMISSION_DENIED, `this ${member.role} was removed from the cluster (${removed}); join again with a new token`);
    return { leaf, member };
  }

  #useNonce(nonce: Uint8Array, memberId: string): void {
    const key = Buffer.from(nonce).toString('base64');
    const known = this.#nonces.get(key);
    this.#nonces.delete(key);
    if (known?.memberId !== memberId || this.clock.now() - known.at > NONCE_LIFE_MS) throw new Refusal(status.FAILED_PRECONDITION, 'the nonce is unknown or older than a minute: begin again');
  }
}

function parseLeaf(chainPem: string): X509Certificate {
  try {
    if (chainPem.length > MAX_CHAIN) throw new Error('too long');
    return new X509Certificate(chainPem);
  } catch {
    throw new Refusal(status.INVALID_ARGUMENT, 'the certificate cannot be read');
  }
}
