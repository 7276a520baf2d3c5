import { status, type ServerDuplexStream } from '@grpc/grpc-js';
import { Goodbye_Reason, type AgentMessage, type ControlMessage } from '@openstation/proto';
import type { InstanceRow } from '../instances/index.js';
import { Refusal } from '../listeners/index.js';
import { AgentRequests } from './agent-requests.js';
import { AssignmentChain } from './assignment-chain.js';

export type SessionCall = ServerDuplexStream<AgentMessage, ControlMessage>;

/** An agent that does not read for so long is not served any more; its next session starts from scratch. */
const MAX_UNSENT = 1_000;

const wordOf: Readonly<Partial<Record<Goodbye_Reason, string>>> = {
  [Goodbye_Reason.UNSPECIFIED]: 'agent-left', [Goodbye_Reason.SHUTDOWN]: 'controller-stopped', [Goodbye_Reason.DISPLACED]: 'displaced',
  [Goodbye_Reason.NODE_REMOVED]: 'node-removed', [Goodbye_Reason.PROTOCOL_ERROR]: 'protocol-error', [Goodbye_Reason.CLONED]: 'cloned',
};

/** One connected life of an agent, from Welcome to the end. Never half alive: after `end` nothing is sent or taken. */
export class AgentSession {
  readonly requests = new AgentRequests((message) => this.send(message));
  readonly #chain = new AssignmentChain();
  #unsent = 0;
  #over = false;
  #endedBecause = 'connection-lost';

  constructor(
    readonly nodeId: string,
    readonly number: number,
    private readonly call: SessionCall,
  ) {}

  /** Why it ended, as a machine word; meaningful once it is over. */
  get endedBecause(): string {
    return this.#endedBecause;
  }

  get over(): boolean {
    return this.#over;
  }

  send(message: ControlMessage): void {
    if (this.#over) return;
    this.#unsent += 1;
    this.call.write(message, () => (this.#unsent -= 1));
    if (this.#unsent > MAX_UNSENT) this.fail(new Refusal(status.RESOURCE_EXHAUSTED, 'the agent does not read what it is sent'));
  }

  /** Tells the node what of its assignments it does not know yet. */
  tell(rows: readonly InstanceRow[]): void {
    if (this.#over) return;
    const set = this.#chain.next(rows);
    if (set) this.send({ body: { $case: 'assignments', value: set } });
  }

  isBehind(rows: readonly Pick<InstanceRow, 'id' | 'generation'>[]): boolean {
    return !this.#over && this.#chain.isBehind(rows);
  }

  /** Ends the session with a reason the agent understands. */
  end(reason: Goodbye_Reason, message: string): void {
    if (this.#over) return;
    this.send({ body: { $case: 'goodbye', value: { reason, message } } });
    this.#endedBecause = wordOf[reason] ?? 'ended';
    this.#close();
    this.call.end();
  }

  /** Ends the session with an error status. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#endedBecause = 'refused';
    this.#close();
    this.call.emit('error', error);
  }

  /** The connection is gone. */
  lost(): void {
    this.#close();
  }

  #close(): void {
    this.#over = true;
    this.requests.close();
  }
}
