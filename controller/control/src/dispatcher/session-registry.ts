import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Goodbye_Reason } from '@openstation/proto';
import { AgentLine } from '../distribution/index.js';
import { NodeOrders } from '../nodes/index.js';
import { Revocations } from '../pki/index.js';
import { AgentSession } from './agent-session.js';

/** The newest session of every connected node. A newer one takes over from an older one. */
@Injectable()
export class SessionRegistry implements BeforeApplicationShutdown {
  readonly #sessions = new Map<string, AgentSession>();

  constructor(revocations: Revocations, orders: NodeOrders, line: AgentLine) {
    orders.provide({
      session: (nodeId) => this.#sessions.get(nodeId)?.number,
      remove: (nodeId, order) => {
        const session = this.#sessions.get(nodeId);
        session?.send({ body: { $case: 'removal', value: { ...order } } });
        return session !== undefined;
      },
    });
    line.provide({
      send: (nodeId, message) => {
        const session = this.#sessions.get(nodeId);
        session?.send(message);
        return session !== undefined;
      },
      isConnected: (nodeId) => this.#sessions.has(nodeId),
      connected: () => [...this.#sessions.keys()],
    });
    revocations.onRevoked((memberId) => {
      this.#sessions.get(memberId)?.end(Goodbye_Reason.NODE_REMOVED, 'this node was removed from the cluster');
      this.#sessions.delete(memberId);
    });
  }

  get(nodeId: string): AgentSession | undefined {
    return this.#sessions.get(nodeId);
  }

  /** False when the session lost to a newer one that opened meanwhile. */
  enter(session: AgentSession): boolean {
    const current = this.#sessions.get(session.nodeId);
    if (current && current.number > session.number) return false;
    current?.end(Goodbye_Reason.DISPLACED, `session ${session.number} of this node took over`);
    this.#sessions.set(session.nodeId, session);
    return true;
  }

  /** Ends the session of a node, if it has one. */
  end(nodeId: string, reason: Goodbye_Reason, message: string): void {
    this.#sessions.get(nodeId)?.end(reason, message);
    this.#sessions.delete(nodeId);
  }

  /** Only the session that is registered leaves: a late word about an older one changes nothing. */
  leave(session: AgentSession): void {
    if (this.#sessions.get(session.nodeId) === session) this.#sessions.delete(session.nodeId);
  }

  beforeApplicationShutdown(): void {
    for (const session of this.#sessions.values()) session.end(Goodbye_Reason.SHUTDOWN, 'the controller stops');
    this.#sessions.clear();
  }
}
