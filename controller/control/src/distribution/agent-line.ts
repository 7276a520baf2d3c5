import { Injectable } from '@nestjs/common';
import type { ControlMessage } from '@openstation/proto';

export interface AgentLineSource {
  /** @returns false when the node has no session */
  send(nodeId: string, message: ControlMessage): boolean;
  isConnected(nodeId: string): boolean;
  connected(): readonly string[];
}

/** The sessions of agents, as the dispatcher has them: it lies above this room. */
@Injectable()
export class AgentLine {
  #source: AgentLineSource = { send: () => false, isConnected: () => false, connected: () => [] };

  provide(source: AgentLineSource): void {
    this.#source = source;
  }

  get talk(): AgentLineSource {
    return this.#source;
  }
}
