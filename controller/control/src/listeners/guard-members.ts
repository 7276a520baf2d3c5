import { status, type ServiceDefinition, type UntypedServiceImplementation } from '@grpc/grpc-js';
import type { MemberIdentity } from '@openstation/proto';
import type { Revocations } from '../pki/index.js';
import { Refusal, peerMember, type MemberCall } from './peer-member.js';

/** Time for a last word (why it was removed) before a revoked member's streams are cut. */
const LAST_WORD_MS = 500;

type Call = MemberCall & NodeJS.EventEmitter;
type Handler = (call: Call, done?: (error: Error) => void) => void;

/** Puts the same check before every method: member of this cluster, not revoked. Cuts open calls of those revoked later. */
export class MemberGuard {
  readonly #open = new Map<Call, MemberIdentity>();

  constructor(
    private readonly clusterId: string,
    private readonly revocations: Revocations,
  ) {
    revocations.onRevoked((memberId) => void setTimeout(() => this.#cut(memberId), LAST_WORD_MS).unref());
  }

  wrap(definition: ServiceDefinition, implementation: UntypedServiceImplementation): UntypedServiceImplementation {
    return Object.fromEntries(Object.keys(definition).map((name) => [name, this.#guarded(implementation[name] as unknown as Handler)]));
  }

  #guarded(handler: Handler): Handler {
    return (call, done) => {
      try {
        const member = this.#check(call);
        this.#open.set(call, member);
        for (const event of ['close', 'cancelled', 'finish', 'end-of-answer']) call.once(event, () => this.#open.delete(call));
        handler(call, done && ((...answer) => {
          this.#open.delete(call);
          done(...answer);
        }));
      } catch (error) {
        if (done) done(error as Error);
        else call.emit('error', error);
      }
    };
  }

  #check(call: Call): MemberIdentity {
    const member = peerMember(call);
    const reason = this.revocations.reason(member.id);
    if (member.clusterId !== this.clusterId) throw new Refusal(status.UNAUTHENTICATED, 'the certificate belongs to another cluster');
    if (reason !== undefined) throw new Refusal(status.PERMISSION_DENIED, `this ${member.role} was removed from the cluster (${reason}); join again with a new token`);
    return member;
  }

  #cut(memberId: string): void {
    for (const [call, member] of this.#open) {
      if (member.id !== memberId) continue;
      this.#open.delete(call);
      call.emit('error', new Refusal(status.PERMISSION_DENIED, `this ${member.role} was removed from the cluster`));
    }
  }
}
